#include "arguments.h"

#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>

#include "environment.h"
#include "socket.h"

namespace raw_socket {

Arguments::Arguments(napi_env env, napi_callback_info info) : env_(env) {
  size_t count = kCapacity;
  void* data = nullptr;
  if (napi_get_cb_info(env, info, &count, values_, nullptr, &data) == napi_ok)
    environment_ = static_cast<Environment*>(data);
}

bool Arguments::Refuse(const char* name, const char* wanted) {
  char message[160];
  snprintf(message, sizeof message, "%s must be %s", name, wanted);
  napi_throw_type_error(env_, "ERR_INVALID_ARG_TYPE", message);
  return false;
}

bool Arguments::Integer(size_t index, const char* name, int64_t minimum, int64_t maximum,
                        int64_t* out) {
  double number = 0;
  // The comparison is written so that NaN fails it too.
  if (napi_get_value_double(env_, values_[index], &number) != napi_ok ||
      !(number >= static_cast<double>(minimum) && number <= static_cast<double>(maximum)) ||
      std::trunc(number) != number) {
    char wanted[96];
    snprintf(wanted, sizeof wanted, "a whole number from %lld to %lld",
             static_cast<long long>(minimum), static_cast<long long>(maximum));
    return Refuse(name, wanted);
  }
  *out = static_cast<int64_t>(number);
  return true;
}

bool Arguments::Double(size_t index, const char* name, double minimum, double maximum,
                       double* out) {
  if (napi_get_value_double(env_, values_[index], out) == napi_ok && *out >= minimum &&
      *out <= maximum)
    return true;
  char wanted[96];
  snprintf(wanted, sizeof wanted, "a number from %g to %g", minimum, maximum);
  return Refuse(name, wanted);
}

bool IsByteArray(napi_env env, napi_value value, Bytes* out) {
  bool is_typed_array = false;
  if (value == nullptr || napi_is_typedarray(env, value, &is_typed_array) != napi_ok ||
      !is_typed_array)
    return false;
  napi_typedarray_type type;
  void* data = nullptr;
  size_t length = 0;
  if (napi_get_typedarray_info(env, value, &type, &length, &data, nullptr, nullptr) != napi_ok ||
      type != napi_uint8_array)
    return false;
  *out = {static_cast<uint8_t*>(data), data == nullptr ? 0 : length};
  return true;
}

bool Arguments::ByteArray(size_t index, const char* name, Bytes* out) {
  return IsByteArray(env_, values_[index], out) || Refuse(name, "a Uint8Array");
}

bool Arguments::Function(size_t index, const char* name, napi_value* out) {
  napi_valuetype type = napi_undefined;
  if (napi_typeof(env_, values_[index], &type) != napi_ok || type != napi_function)
    return Refuse(name, "a function");
  *out = values_[index];
  return true;
}

bool Arguments::Text(size_t index, const char* name, char* out, size_t capacity) {
  size_t length = 0;
  if (napi_get_value_string_utf8(env_, values_[index], nullptr, 0, &length) != napi_ok)
    return Refuse(name, "a string");
  if (length >= capacity) return Refuse(name, "a shorter string");
  if (napi_get_value_string_utf8(env_, values_[index], out, capacity, &length) != napi_ok ||
      strlen(out) != length)
    return Refuse(name, "a string without NUL");
  return true;
}

bool Arguments::Boolean(size_t index, const char* name, bool* out) {
  return napi_get_value_bool(env_, values_[index], out) == napi_ok || Refuse(name, "a boolean");
}

bool Arguments::AnySocket(Socket** out) {
  *out = SocketOf(env_, values_[0]);
  return *out != nullptr || Refuse("socket", "a socket handle");
}

bool Arguments::OpenSocket(Socket** out) {
  if (!AnySocket(out)) return false;
  if ((*out)->fd >= 0) return true;
  napi_throw_error(env_, "ERR_SOCKET_CLOSED", "socket is closed");
  return false;
}

napi_value Number(napi_env env, int64_t value) {
  napi_value result = nullptr;
  napi_create_int64(env, value, &result);
  return result;
}

napi_value Undefined(napi_env env) {
  napi_value result = nullptr;
  napi_get_undefined(env, &result);
  return result;
}

napi_value Status(napi_env env, int status) { return Number(env, status == 0 ? 0 : -errno); }

}  // namespace raw_socket
