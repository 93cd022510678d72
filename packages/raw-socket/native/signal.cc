#include "signal.h"

#include <errno.h>
#include <uv.h>

#include <new>

#include "arguments.h"
#include "environment.h"
#include "owned.h"

namespace raw_socket {

// libuv's own signal handles: they take any number that sigaction takes, and share the process's
// handlers fairly with the loops of other threads.
struct SignalWatch {
  Environment* environment;
  SignalWatch* next;
  uv_signal_t* handle;
  napi_ref callback;
  int64_t id;
};

namespace {

void OnSignal(uv_signal_t* handle, int number) {
  auto* watch = static_cast<SignalWatch*>(handle->data);
  napi_env env = watch->environment->env;
  HandleScope scope(env);
  if (!scope) return;
  napi_value value;
  // The callback may end the watch, so nothing of it is used afterwards.
  if (napi_create_int64(env, number, &value) == napi_ok)
    CallBack(watch->environment, watch->callback, 1, &value);
}

}  // namespace

void CloseSignalWatch(SignalWatch* watch) {
  Environment* environment = watch->environment;
  Unlink(&environment->signals, watch);
  uv_signal_stop(watch->handle);
  CloseHandle(environment, watch->handle);
  napi_delete_reference(environment->env, watch->callback);
  delete watch;
}

// (signal, callback(signal)) -> positive id of the watch, or -errno.
napi_value WatchSignal(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  int64_t number;
  napi_value callback;
  if (!arguments.Integer(0, "signal", 1, 64, &number) ||
      !arguments.Function(1, "callback", &callback))
    return nullptr;
  Environment* environment = arguments.environment();
  napi_ref reference;
  if (napi_create_reference(env, callback, 1, &reference) != napi_ok) return Number(env, -ENOMEM);
  auto* watch = new (std::nothrow) SignalWatch{};
  auto* handle = new (std::nothrow) uv_signal_t;
  int status = watch == nullptr || handle == nullptr
                   ? -ENOMEM
                   : uv_signal_init(environment->loop, handle);
  if (status != 0) {
    delete watch;
    delete handle;
    napi_delete_reference(env, reference);
    return Number(env, status);
  }
  handle->data = watch;
  // A daemon that only listens for a signal has nothing left to do.
  uv_unref(reinterpret_cast<uv_handle_t*>(handle));
  environment->open_handles += 1;
  environment->last_id += 1;
  *watch = {environment, environment->signals, handle, reference, environment->last_id};
  environment->signals = watch;
  status = uv_signal_start(handle, OnSignal, static_cast<int>(number));
  if (status == 0) return Number(env, watch->id);
  CloseSignalWatch(watch);
  return Number(env, status);
}

// (id); an id that is no longer watched is left alone.
napi_value UnwatchSignal(napi_env env, napi_callback_info info) {
  return CloseOwned(env, info, &Environment::signals, CloseSignalWatch);
}

}  // namespace raw_socket
