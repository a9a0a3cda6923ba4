#pragma once
// Messages of SMEV as they lie on disk: XML, or an HTTP body as it came, multipart around it.

#include <string>

#include "sdk/xml/document.hpp"

namespace smev::cli {

/// By its beginning: XML or such a body; else a file of any other kind. Errors: io, not_found.
Result<bool> is_message_file(const std::string& path);

/// XOP parts are put back in their places. Errors: io, bad_xml, bad_answer, limit_exceeded.
Result<xml::Document> read_message_file(const std::string& path);

}  // namespace smev::cli
