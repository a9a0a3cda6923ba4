#pragma once
// SHA-256 of something that does not fit into memory.

#include <memory>
#include <string>
#include <string_view>

#include "smev/base/result.hpp"

struct evp_md_ctx_st;

namespace smev::outbox {

class Sha256Stream {
 public:
  Sha256Stream();
  void add(std::string_view octets);
  /// 64 lower-case hexadecimal digits. Once.
  Result<std::string> hex();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
  bool sound_ = false;
};

}  // namespace smev::outbox
