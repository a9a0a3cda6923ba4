#pragma once
/// Numbers and codes of the information type, each a type of its own: an ИНН cannot stand where a
/// КПП belongs, nor a person's where an organisation's does.
///
/// A value keeps what was given, right or wrong: the rules tell all faults of an update at once,
/// and `valid` tells of one. Printing masks (a stream gets `masked`); `text` gives the whole.

#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>

namespace smev::elk {

/// @tparam Kind tells the forms apart: `valid(text)`, and `canonical(text)`, the one spelling of
///         what can be written in several
template <class Kind>
class Identifier {
 public:
  Identifier() = default;
  // Implicit on purpose: texts and literals stand wherever an identifier is wanted.
  Identifier(std::string text) : text_(Kind::canonical(std::move(text))) {}
  Identifier(std::string_view text) : Identifier(std::string(text)) {}
  Identifier(const char* text) : Identifier(std::string(text)) {}

  /// In the canonical spelling when there is one, else as given.
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }
  /// Of the right form and with check digits that hold.
  [[nodiscard]] bool valid() const { return Kind::valid(text_); }
  /// For people and logs: `********10`, `***-***-*** 95`.
  [[nodiscard]] std::string masked() const;

  friend bool operator==(const Identifier&, const Identifier&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Identifier& identifier) {
    return print(out, identifier.masked());
  }

 private:
  static std::ostream& print(std::ostream& out, const std::string& masked);
  std::string text_;
};

/// A kind that is written in one way only.
struct OneSpelling {
  static std::string canonical(std::string text) { return text; }
};

struct OrganizationInnKind : OneSpelling {
  static bool valid(std::string_view text);
};
struct PersonInnKind : OneSpelling {
  static bool valid(std::string_view text);
};
struct KppKind : OneSpelling {
  static bool valid(std::string_view text);
};
struct OgrnKind : OneSpelling {
  static bool valid(std::string_view text);
};
struct OgrnipKind : OneSpelling {
  static bool valid(std::string_view text);
};
struct SnilsKind {
  static std::string canonical(std::string text);
  static bool valid(std::string_view text);
};
struct ErnKind : OneSpelling {
  static bool valid(std::string_view text);
};
struct OktmoKind : OneSpelling {
  static bool valid(std::string_view text);
};
struct OkatoKind : OneSpelling {
  static bool valid(std::string_view text);
};
struct ServiceCodeKind : OneSpelling {
  static bool valid(std::string_view text);
};
struct MnemonicKind : OneSpelling {
  static bool valid(std::string_view text);
};
struct OrderNumberKind : OneSpelling {
  static bool valid(std::string_view text);
};

using OrganizationInn = Identifier<OrganizationInnKind>;  ///< ИНН: ten digits, the last a check
using PersonInn = Identifier<PersonInnKind>;  ///< ИНН: twelve digits, two of them checks
using Kpp = Identifier<KppKind>;              ///< КПП: nine digits
using Ogrn =
    Identifier<OgrnKind>;  ///< ОГРН: thirteen digits, the first 1, 2 or 5, the last a check
using Ogrnip = Identifier<OgrnipKind>;  ///< ОГРНИП: fifteen digits, the first 3, the last a check
/// СНИЛС: given as eleven digits or `NNN-NNN-NNN NN`, kept and sent as the latter, because the
/// schema allows fourteen characters and those who send digits alone were refused (elk-status §9).
using Snils = Identifier<SnilsKind>;
using Ern = Identifier<ErnKind>;      ///< record of the federal population register: twelve digits
using Oktmo = Identifier<OktmoKind>;  ///< ОКТМО of the applicant's place: one to eight digits
using Okato = Identifier<OkatoKind>;  ///< ОКАТО of the sender's region: eleven digits
/// ТКУ or id of a service target in ФРГУ/КЦР: 1..20 characters; a leading minus is part of it.
using ServiceCode = Identifier<ServiceCodeKind>;
using Mnemonic =
    Identifier<MnemonicKind>;  ///< of an information system in SMEV: 1..50 visible ASCII
using OrderNumber = Identifier<OrderNumberKind>;  ///< in the sender's system: 1..36 characters

}  // namespace smev::elk
