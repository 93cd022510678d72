// Checked reading of a call's arguments. Every reader returns false after throwing a TypeError, so
// that a function body is a chain of readers followed by one system call.
//
// The C interface is used rather than its C++ wrapper: the wrapper ends the process when a call
// fails at a bad moment (a worker being terminated), and nothing here may do that.
#pragma once

#include <node_api.h>

#include <cstddef>
#include <cstdint>

namespace raw_socket {

struct Environment;
struct Socket;

// What JavaScript calls.
using Exported = napi_value(napi_env env, napi_callback_info info);

struct Bytes {
  uint8_t* data;
  size_t length;
};

class Arguments {
 public:
  Arguments(napi_env env, napi_callback_info info);

  napi_env env() const { return env_; }
  Environment* environment() const { return environment_; }
  napi_value at(size_t index) const { return values_[index]; }

  // Whole numbers only; a fraction, NaN or a number outside [minimum, maximum] is refused.
  bool Integer(size_t index, const char* name, int64_t minimum, int64_t maximum, int64_t* out);
  // The positive number in argument 0 that one of the things of `owned.h` is known by.
  bool Id(int64_t* out) { return Integer(0, "id", 1, INT64_C(1) << 53, out); }
  // Any number from minimum to maximum; NaN is refused.
  bool Double(size_t index, const char* name, double minimum, double maximum, double* out);
  // A Uint8Array (or Buffer); the memory stays valid until the next call into JavaScript.
  bool ByteArray(size_t index, const char* name, Bytes* out);
  bool Function(size_t index, const char* name, napi_value* out);
  // Text without NUL; longer text than fits is refused.
  bool Text(size_t index, const char* name, char* out, size_t capacity);
  bool Boolean(size_t index, const char* name, bool* out);
  // The socket in argument 0, whether open or closed.
  bool AnySocket(Socket** out);
  // The socket in argument 0; a closed one throws Error('socket is closed').
  bool OpenSocket(Socket** out);

 private:
  static constexpr size_t kCapacity = 6;

  bool Refuse(const char* name, const char* wanted);

  napi_env env_;
  Environment* environment_ = nullptr;
  napi_value values_[kCapacity] = {};
};

bool IsByteArray(napi_env env, napi_value value, Bytes* out);

// Results: a plain number, negative errno for a failed system call.
napi_value Number(napi_env env, int64_t value);
napi_value Undefined(napi_env env);
// Of a system call that returns 0, or anything else and errno.
napi_value Status(napi_env env, int status);

}  // namespace raw_socket
