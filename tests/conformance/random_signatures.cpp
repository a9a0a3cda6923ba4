// Prints signed random documents, one a line in base64; every tenth is signed with 512 bit:
//
//   random_signatures COUNT SEED

#include <cstdlib>
#include <iostream>

#include "sdk/base/bytes.hpp"
#include "sdk/signature/xmldsig.hpp"
#include "tests/unit/signature/random_document.hpp"
#include "tests/unit/signature/test_keys.hpp"

namespace {

using namespace smev;

constexpr int kLongKeyEvery = 10;

std::shared_ptr<Signer> long_key_signer(const testing_support::Folder& folder) {
  using testing_support::days_from_now;
  const auto issued = *signature::issue(testing_support::keys().authority, "512", days_from_now(-1),
                                        days_from_now(1), SignatureAlgorithm::gost2012_512);
  return *pem_signer(folder.write("k", issued.key_pem), folder.write("c", issued.certificate_pem),
                     days_from_now(0));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const testing_support::Folder folder;
  const auto long_signer = long_key_signer(folder);
  const auto seed = static_cast<std::uint32_t>(std::strtoul(argv[2], nullptr, 10));
  for (int i = 0; i < std::atoi(argv[1]); ++i) {
    testing_support::RandomDocument random(seed + static_cast<std::uint32_t>(i));
    auto document = xml::Document::parse(random.envelope());
    if (!document) return 1;
    const xml::Element root = document->root();
    Signer& signer = i % kLongKeyEvery == 0 ? *long_signer : *testing_support::keys().signer;
    const auto made = signature::sign(*document, root.child("urn:t", "Data"),
                                      root.child("urn:t", "Signature"), signer);
    if (!made) {
      std::cerr << "document " << i << ": " << made.error().detail << '\n';
      return 1;
    }
    std::cout << base64_encode(document->to_text()) << '\n';
  }
}
