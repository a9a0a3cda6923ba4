#pragma once
// Random XML with everything that the transform has a rule for.

#include <map>
#include <random>
#include <string>
#include <vector>

namespace smev::testing_support {

class RandomDocument {
 public:
  explicit RandomDocument(std::uint32_t seed) : random_(seed) {}

  /// An envelope with the elements Data (with an Id) and Signature (empty) in the namespace urn:t.
  std::string envelope() {
    const Scope scope = {{"t", "urn:t"}, {"p", "urn:p"}, {"", "urn:d"}};
    return "<?xml version=\"1.0\"?>\n<t:Envelope xmlns:t=\"urn:t\" xmlns:p=\"urn:p\" "
           "xmlns=\"urn:d\">" +
           text() + "<t:Data Id=\"D\">" + content(scope, 4) + "</t:Data>" + text() +
           "<t:Signature/></t:Envelope>";
  }

 private:
  using Scope = std::map<std::string, std::string>;

  unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }
  template <std::size_t N>
  const char* one_of(const char* const (&options)[N]) {
    return options[below(N)];
  }

  std::string text() {
    static const char* const kPieces[] = {
        "a",        "ы",      ">",     "]",     "]]&gt;", "&amp;",  "&lt;",         "&#13;",
        " ",        "\n",     "\t",    "\"",    "'",      "&#x85;", "&#x7f;",       "😀",
        "\xC2\xA0", "&quot;", "слово", "12345", "&gt;",   "&#10;",  "\xEF\xBF\xBD", "aaaaaaaaaaaa"};
    std::string out;
    const unsigned kind = below(12);
    for (unsigned i = kind == 0 ? 400 + below(900) : below(kind < 7 ? 4 : 24); i > 0; --i) {
      std::string piece = one_of(kPieces);
      // `]]>` must not come about by chance.
      out += piece == ">" && !out.empty() && out.back() == ']' ? "&gt;" : piece;
    }
    return kind == 1 ? " \n\t" : out;
  }

  std::string attribute_value() {
    static const char* const kPieces[] = {"a",     "ы",     ">", "&amp;", "&lt;", "&quot;", "&#9;",
                                          "&#10;", "&#13;", "'", " ",     "😀",    "&#x85;", "\n"};
    std::string out;
    for (unsigned i = below(6); i > 0; --i) out += one_of(kPieces);
    return out;
  }

  std::string content(const Scope& scope, int depth) {
    std::string out = text();
    for (unsigned i = below(depth > 0 ? 5 : 1); i > 0; --i) {
      switch (below(6)) {
        case 0:
          out += "<!-- > c -->";
          break;
        case 1:
          out += "<?pi x > y?>";
          break;
        case 2:
          out += "<![CDATA[ <&>]] ]]>";
          break;
        default:
          out += element(scope, depth - 1);
      }
      out += text();
    }
    return out;
  }

  std::string element(Scope scope, int depth) {
    static const char* const kPrefixes[] = {"", "p", "q", "ы"};
    static const char* const kUris[] = {"urn:a", "urn:b", "http://example.org/c?d#e", "urn:t"};
    static const char* const kNames[] = {"a", "B", "элемент", "c-d.e_1"};
    std::map<std::string, std::string> declared;
    for (unsigned i = below(3); i > 0; --i) declared[one_of(kPrefixes)] = one_of(kUris);
    for (const auto& [prefix, uri] : declared) scope[prefix] = uri;
    auto chosen = scope.begin();
    std::advance(chosen, below(static_cast<unsigned>(scope.size())));
    const std::string name =
        (chosen->first.empty() ? "" : chosen->first + ":") + std::string(one_of(kNames));
    std::string out = "<" + name;
    for (const auto& [prefix, uri] : declared) {
      out += " xmlns" + (prefix.empty() ? "" : ":" + prefix) + "=\"" + uri + "\"";
    }
    return out + attributes(scope) + ">" + content(scope, depth) + "</" + name + ">";
  }

  // No two of one namespace and name: prefixes may share a namespace.
  std::string attributes(const Scope& scope) {
    static const char* const kNames[] = {"a", "b", "Б", "B", "аа", "z", "ид"};
    std::map<std::pair<std::string, std::string>, std::string> chosen;
    for (unsigned i = below(5); i > 0; --i) {
      auto at = scope.begin();
      std::advance(at, below(static_cast<unsigned>(scope.size())));
      const std::string name = one_of(kNames);
      const bool qualified = !at->first.empty();
      chosen[{qualified ? at->second : "", name}] = (qualified ? at->first + ":" : "") + name;
    }
    std::string out;
    for (const auto& [key, name] : chosen) out += " " + name + "=\"" + attribute_value() + "\"";
    return out;
  }

  std::mt19937 random_;
};

}  // namespace smev::testing_support
