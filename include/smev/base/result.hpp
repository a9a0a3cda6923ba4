#pragma once
/// `Result<T>`: a value or an `Error`, in the shape of std::expected (which GCC 12 offers in C++23
/// mode only). Must be looked at; taking the value of a failed result, or the error of a good one,
/// is a programmer's error and ends the program.

#include <cstdio>
#include <cstdlib>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "smev/base/error.hpp"

namespace smev {

/// Wraps an error on its way into a `Result`.
struct Failure {
  Error error;
};

[[nodiscard]] inline Failure fail(Error error) { return Failure{std::move(error)}; }

namespace detail {
[[noreturn]] inline void bad_result_access(const Error& error) {
  std::fprintf(stderr, "smev: value of a failed Result taken: %s: %s\n",
               std::string(name(error.code)).c_str(), error.detail.c_str());
  std::abort();
}
[[noreturn]] inline void bad_error_access() {
  std::fprintf(stderr, "smev: error of a Result taken that has none\n");
  std::abort();
}
}  // namespace detail

template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  using error_type = Error;

  // Implicit on purpose, as std::expected: `return value;` and `return fail(error);`.
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Failure failure) : state_(std::in_place_index<1>, std::move(failure.error)) {}

  [[nodiscard]] bool has_value() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  T& value() & { return checked(); }
  const T& value() const& { return const_cast<Result*>(this)->checked(); }
  // By value, unlike std::expected: in `for (const auto& row : *list())` a reference would outlive
  // the result it points into.
  T value() && { return std::move(checked()); }
  T& operator*() & { return checked(); }
  const T& operator*() const& { return value(); }
  T operator*() && { return std::move(checked()); }
  T* operator->() { return &checked(); }
  const T* operator->() const { return &value(); }

  [[nodiscard]] const Error& error() const& {
    if (const Error* error = std::get_if<1>(&state_)) return *error;
    detail::bad_error_access();
  }
  [[nodiscard]] Error&& error() && { return const_cast<Error&&>(std::as_const(*this).error()); }

  template <class U>
  T value_or(U&& other) const& {
    return has_value() ? value() : static_cast<T>(std::forward<U>(other));
  }

 private:
  T& checked() {
    if (T* value = std::get_if<0>(&state_)) return *value;
    detail::bad_result_access(*std::get_if<1>(&state_));
  }
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;
  using error_type = Error;

  Result() = default;
  Result(Failure failure) : error_(std::move(failure.error)), failed_(true) {}

  [[nodiscard]] bool has_value() const noexcept { return !failed_; }
  explicit operator bool() const noexcept { return has_value(); }
  void value() const {
    if (failed_) detail::bad_result_access(error_);
  }
  [[nodiscard]] const Error& error() const& {
    if (!failed_) detail::bad_error_access();
    return error_;
  }
  [[nodiscard]] Error&& error() && { return const_cast<Error&&>(std::as_const(*this).error()); }

 private:
  Error error_;
  bool failed_ = false;
};

}  // namespace smev

/// Returns the error of `expression` from the current function, or goes on. For statements.
#define SMEV_TRY(expression)                               \
  do {                                                     \
    if (auto smev_result = (expression); !smev_result) {   \
      return ::smev::fail(std::move(smev_result).error()); \
    }                                                      \
  } while (false)

#define SMEV_CONCAT_INNER(a, b) a##b
#define SMEV_CONCAT(a, b) SMEV_CONCAT_INNER(a, b)
/// `SMEV_ASSIGN(auto x, f());` gives x the value of f(), or returns f()'s error.
#define SMEV_ASSIGN(declaration, expression)                                     \
  auto SMEV_CONCAT(smev_result_, __LINE__) = (expression);                       \
  if (!SMEV_CONCAT(smev_result_, __LINE__)) {                                    \
    return ::smev::fail(std::move(SMEV_CONCAT(smev_result_, __LINE__)).error()); \
  }                                                                              \
  declaration = *std::move(SMEV_CONCAT(smev_result_, __LINE__))
