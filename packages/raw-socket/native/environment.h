// What one JavaScript environment (the main thread or a worker) holds open on its event loop, so
// that its end closes everything before the loop itself is destroyed.
#pragma once

#include <node_api.h>
#include <uv.h>

#include <cstddef>
#include <cstdint>

namespace raw_socket {

struct Alarm;
struct Pulse;
struct Socket;
struct SignalWatch;
struct Streams;
struct Timer;

struct Environment {
  napi_env env = nullptr;
  uv_loop_t* loop = nullptr;
  Socket* sockets = nullptr;
  SignalWatch* signals = nullptr;
  Alarm* alarms = nullptr;
  Pulse* pulses = nullptr;
  Streams* streams = nullptr;
  Timer* timers = nullptr;
  // libuv handles opened and not yet reported closed.
  size_t open_handles = 0;
  // Set once the environment is ending; then the last closed handle frees this object.
  napi_async_cleanup_hook_handle cleanup = nullptr;
  bool ending = false;
  // Of what JavaScript knows by a number.
  int64_t last_id = 0;
};

// Null when the environment cannot be served (no event loop, no memory).
Environment* CreateEnvironment(napi_env env);

void HandleClosed(Environment* environment);

// The handle lives on until libuv has let go of it; `handle->data` is taken over. T is the handle's
// own type, allocated with new.
template <typename T>
void CloseHandle(Environment* environment, T* handle) {
  handle->data = environment;
  uv_close(reinterpret_cast<uv_handle_t*>(handle), [](uv_handle_t* closed) {
    auto* owner = static_cast<Environment*>(closed->data);
    delete reinterpret_cast<T*>(closed);
    HandleClosed(owner);
  });
}

// What the event loop makes for JavaScript lives no longer than this; false where it cannot be had.
class HandleScope {
 public:
  explicit HandleScope(napi_env env)
      : env_(env), open_(napi_open_handle_scope(env, &scope_) == napi_ok) {}
  ~HandleScope() {
    if (open_) napi_close_handle_scope(env_, scope_);
  }
  HandleScope(const HandleScope&) = delete;
  HandleScope& operator=(const HandleScope&) = delete;
  explicit operator bool() const { return open_; }

 private:
  napi_env env_;
  napi_handle_scope scope_ = nullptr;
  bool open_;
};

// Calls a JavaScript function from the event loop. What it throws goes to 'uncaughtException', as if
// the event loop had called it itself; it never comes back here.
// Returns false when it threw or could not be called.
bool CallBack(Environment* environment, napi_ref function, size_t count, const napi_value* values);

}  // namespace raw_socket
