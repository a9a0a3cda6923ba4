#pragma once
// Detached CMS signatures of attachments (smev3 §3.3), checked over files of any size. They are
// made for a file by sign_file (smev/signature/signer.hpp).

#include <optional>
#include <string>
#include <string_view>

#include "smev/signature/verifier.hpp"

namespace smev::signature {

/// As sign_file, for a file whose digest is known.
Result<std::string> sign_digest(Signer& signer, const std::string& digest, TimePoint signed_at);

/// The signingTime attribute, which the signer writes himself.
enum class StatedTime { believed, ignored };

/// Verifies a detached CMS signature (DER or BER, one signer, his certificate and signed attributes
/// inside, content and contentType data) over a file, which is streamed. Trust is asked for as of
/// `trust_at`; nothing: it is not checked.
/// @param stated_time believed: an earlier time that the signer states takes the place of
/// `trust_at`, which is the present then; ignored: `trust_at` was asked for by name
///
/// Whatever is wrong with the signature stands in the verdict; the error is a file that cannot be
/// read.
Result<SignatureVerdict> verify_file(const std::string& path, std::string_view cms,
                                     Verifier& verifier, std::optional<TimePoint> trust_at,
                                     StatedTime stated_time = StatedTime::believed);

struct SignedAttributes {
  Certificate certificate;
  std::string message_digest;  ///< octets
};
/// Checks the signature over the signed attributes alone, for a content that is checked by its
/// digest. Errors: signature_invalid, signature_unsupported.
Result<SignedAttributes> verify_signed_attributes(std::string_view cms);

}  // namespace smev::signature
