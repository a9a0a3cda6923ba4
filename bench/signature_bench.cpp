// One envelope of 6 KB from text to signed text, and from signed text to a verdict. Beside each the
// bare GOST operations on the same octets: nobody can be faster than those.

#include <benchmark/benchmark.h>
#include <stdlib.h>  // mkdtemp

#include <filesystem>

#include "sdk/signature/digest.hpp"
#include "sdk/signature/issuing.hpp"
#include "sdk/signature/profile.hpp"
#include "sdk/signature/second_opinion.hpp"
#include "sdk/signature/transform.hpp"
#include "sdk/signature/xmldsig.hpp"
#include "sdk/xml/writer.hpp"

namespace smev::bench {
namespace {

constexpr std::size_t kEnvelopeBytes = 6 * 1024;
constexpr char kTypes[] = "urn://x-artefacts-smev-gov-ru/services/message-exchange/types/1.2";
constexpr char kHolderEnd[] = "</t:CallerInformationSystemSignature>";
constexpr char kContent[] = "http://epgu.gosuslugi.ru/elk/status/1.0.2";

std::string envelope() {
  xml::Writer writer;
  writer.open("s:Envelope").attribute("xmlns:s", "http://schemas.xmlsoap.org/soap/envelope/");
  writer.open("s:Body").open("t:SendRequestRequest").attribute("xmlns:t", kTypes);
  writer.open("t:SenderProvidedRequestData").attribute("Id", "SIGNED_BY_CALLER");
  writer.element("t:MessageID", "db0486d0-3c08-11e5-95e2-d4c9eff07b77");
  writer.open("e:ElkOrderRequest").attribute("xmlns:e", kContent).attribute("env", "EPGU");
  // About what a field of the type takes, tags included.
  constexpr std::size_t kFieldBytes = 94;
  for (std::size_t i = 0; i < (kEnvelopeBytes - 700) / kFieldBytes; ++i) {
    writer.open("e:field")
        .element("e:name", "orderNumber")
        .element("e:value", "Заявление 1999290001");
    writer.close();
  }
  writer.close().close().open("t:CallerInformationSystemSignature").close();
  return writer.close().close().close().take();
}

struct Message {
  explicit Message(const std::string& text) : document(*xml::Document::parse(text)) {
    request = document.root().first_child().first_child();
    target = request.first_child();
    holder = target.next_sibling();
  }
  xml::Document document;
  xml::Element request, target, holder;
};

// Keys in a folder that goes with the object, and the octets that GOST sees.
class Workshop {
 public:
  Workshop() {
    std::string folder = (std::filesystem::temp_directory_path() / "smev-bench-XXXXXX").string();
    if (mkdtemp(folder.data()) == nullptr) std::abort();
    const auto now = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
    const TimePoint then = now + std::chrono::hours(24);
    const auto authority = *signature::make_authority("bench CA", now, then);
    const auto issued = *signature::issue(authority, "bench", now, then);
    const std::string key_path = folder + "/key.pem";
    const std::string certificate_path = folder + "/certificate.pem";
    if (!signature::write_issued(issued, key_path, certificate_path)) std::abort();
    signer = *pem_signer(key_path, certificate_path, now);
    verifier = *pinned_verifier({certificate_path});
    std::filesystem::remove_all(folder);
    trust_at = now;
    Message message(plain);
    signature::sign(message.document, message.target, message.holder, *signer).value();
    signed_text = message.document.to_text();
    content = *signature::transform(message.target);
    signed_info = *signature::exclusive_c14n(
        message.holder.first_child().child(signature::kDsigNamespace, "SignedInfo"));
    value = *signer->sign(signed_info);
  }

  std::string plain = envelope();
  std::string signed_text, content, signed_info, value;
  std::shared_ptr<Signer> signer;
  std::shared_ptr<Verifier> verifier;
  TimePoint trust_at;
};

// As an envelope is signed on its way out: the signature goes into the text as it was written.
template <class Write>
void sign_by(benchmark::State& state, Write write) {
  const Workshop workshop;
  const std::size_t place = workshop.plain.rfind(kHolderEnd);
  for (auto _ : state) {
    const Message message(workshop.plain);
    const Result<std::string> made =
        write(message.document, message.target, message.holder, *workshop.signer);
    if (!made) return state.SkipWithError(made.error().detail.c_str());
    std::string text = workshop.plain;
    benchmark::DoNotOptimize(text.insert(place, *made));
  }
  state.counters["envelope_bytes"] = static_cast<double>(workshop.plain.size());
}

void sign(benchmark::State& state) { sign_by(state, signature::write_signature_of); }
BENCHMARK(sign)->Unit(benchmark::kMicrosecond);

void sign_xmlsec(benchmark::State& state) { sign_by(state, signature::write_signature_by_xmlsec); }
BENCHMARK(sign_xmlsec)->Unit(benchmark::kMicrosecond);

void sign_bare(benchmark::State& state) {
  const Workshop workshop;
  for (auto _ : state) {
    benchmark::DoNotOptimize(signature::digest(SignatureAlgorithm::gost2012_256, workshop.content));
    benchmark::DoNotOptimize(workshop.signer->sign(workshop.signed_info));
  }
}
BENCHMARK(sign_bare)->Name("sign.bare")->Unit(benchmark::kMicrosecond);
BENCHMARK(sign_bare)->Name("sign_xmlsec.bare")->Unit(benchmark::kMicrosecond);

void verify(benchmark::State& state) {
  const Workshop workshop;
  for (auto _ : state) {
    const Message message(workshop.signed_text);
    const auto verdict = signature::verify(message.document, message.target, message.holder,
                                           *workshop.verifier, {false, workshop.trust_at});
    if (!verdict.holds()) return state.SkipWithError(verdict.problem.c_str());
  }
  state.counters["envelope_bytes"] = static_cast<double>(workshop.signed_text.size());
}
BENCHMARK(verify)->Unit(benchmark::kMicrosecond);

void verify_xmlsec(benchmark::State& state) {
  const Workshop workshop;
  for (auto _ : state) {
    const Message message(workshop.signed_text);
    const auto held =
        signature::holds_by_xmlsec(message.target, message.holder, *workshop.verifier, false);
    if (!held.value_or(false)) return state.SkipWithError("does not hold");
  }
}
BENCHMARK(verify_xmlsec)->Unit(benchmark::kMicrosecond);

void verify_bare(benchmark::State& state) {
  const Workshop workshop;
  for (auto _ : state) {
    benchmark::DoNotOptimize(signature::digest(SignatureAlgorithm::gost2012_256, workshop.content));
    benchmark::DoNotOptimize(workshop.verifier->verify(workshop.signer->certificate().der,
                                                       SignatureAlgorithm::gost2012_256,
                                                       workshop.signed_info, workshop.value));
  }
}
BENCHMARK(verify_bare)->Name("verify.bare")->Unit(benchmark::kMicrosecond);
BENCHMARK(verify_bare)->Name("verify_xmlsec.bare")->Unit(benchmark::kMicrosecond);

// What trust adds to each check once the signer is known.
void trust_of_a_known_signer(benchmark::State& state) {
  const Workshop workshop;
  const std::string& der = workshop.signer->certificate().der;
  for (auto _ : state) benchmark::DoNotOptimize(workshop.verifier->trust(der, workshop.trust_at));
}
BENCHMARK(trust_of_a_known_signer)->Name("trust")->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace smev::bench
