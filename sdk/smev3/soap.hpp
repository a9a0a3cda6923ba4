#pragma once
// From an HTTP answer to the element inside soap:Body, or to an error that says what came instead.

#include "sdk/smev3/answer.hpp"
#include "sdk/xml/document.hpp"
#include "smev/base/error.hpp"
#include "smev/base/result.hpp"

namespace smev::smev3 {

struct SoapBody {
  xml::Document document;
  xml::Element body;
};

/// How a message from outside is read: without processing instructions, which SOAP 1.1 forbids.
xml::Limits received_limits();

/// `unclear`: what may be done when the answer is no SOAP (same_id_now after a send, later after a
/// read). A soap:Fault comes back as its fault_error.
Result<SoapBody> open_soap(const HttpAnswer& http, Retry unclear);

/// SOAP came, but not what the operation promises.
Failure bad_answer(std::string detail, Retry unclear);

}  // namespace smev::smev3
