#pragma once
// Files that the command line names, above all messages of SMEV as they lie on disk: XML, or an
// HTTP body as it came, multipart around it.

#include <string>

#include "sdk/xml/document.hpp"

namespace smev::cli {

/// The error of reading a file that the command line names: one that is absent is one that cannot
/// be read (exit code 74), not a record that was not found.
Error as_given_file(Error error);

/// By its beginning: XML or such a body; else a file of any other kind. Errors: io.
Result<bool> is_message_file(const std::string& path);

/// Whether the file need not be a message: then it may have processing instructions.
enum class AnyXml { no, yes };

/// XOP parts are put back in their places. Errors: io, bad_xml, limit_exceeded.
Result<xml::Document> read_message_file(const std::string& path, AnyXml any = AnyXml::no);

}  // namespace smev::cli
