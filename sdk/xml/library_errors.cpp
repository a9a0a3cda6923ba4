#include "sdk/xml/library_errors.hpp"

#include <libxml/globals.h>
#include <libxml/xmlerror.h>

namespace smev::xml {

namespace {

// A namespace name that is no URI (raw Cyrillic, say) is odd, yet everybody else reads it.
bool is_harmless(const xmlError* error) {
  return error->level < XML_ERR_ERROR ||
         (error->domain == XML_FROM_NAMESPACE &&
          (error->code == XML_WAR_NS_URI || error->code == XML_WAR_NS_URI_RELATIVE)) ||
         (error->domain == XML_FROM_PARSER &&
          (error->code == XML_WAR_NS_URI || error->code == XML_WAR_NS_URI_RELATIVE));
}

void handle(void* context, xmlErrorPtr error) {
  static_cast<LibraryErrors*>(context)->collect(error);
}

}  // namespace

std::string message_of(const xmlError* error) {
  std::string text = error->message != nullptr ? error->message : "unknown error";
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) {
    text.pop_back();
  }
  return text;
}

LibraryErrors::LibraryErrors()
    : previous_context_(xmlStructuredErrorContext), previous_handler_(xmlStructuredError) {
  xmlSetStructuredErrorFunc(this, handle);
}

LibraryErrors::~LibraryErrors() { xmlSetStructuredErrorFunc(previous_context_, previous_handler_); }

void LibraryErrors::collect(const xmlError* error) {
  if (error == nullptr || !first_.empty() || is_harmless(error)) {
    return;
  }
  first_ = "line " + std::to_string(error->line) + ": " + message_of(error);
}

}  // namespace smev::xml
