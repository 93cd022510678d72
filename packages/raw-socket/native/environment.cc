#include "environment.h"

#include <new>

#include "alarm.h"
#include "pulse.h"
#include "signal.h"
#include "socket.h"
#include "stream.h"
#include "timer.h"

namespace raw_socket {

namespace {

void Finish(Environment* environment) {
  napi_remove_async_cleanup_hook(environment->cleanup);
  delete environment;
}

void End(napi_async_cleanup_hook_handle handle, void* data) {
  auto* environment = static_cast<Environment*>(data);
  environment->cleanup = handle;
  environment->ending = true;
  while (environment->sockets != nullptr) {
    Socket* socket = environment->sockets;
    CloseSocket(socket);
    ForgetSocket(socket);
  }
  while (environment->signals != nullptr) CloseSignalWatch(environment->signals);
  while (environment->alarms != nullptr) CloseAlarm(environment->alarms);
  while (environment->timers != nullptr) CloseTimer(environment->timers);
  while (environment->pulses != nullptr) ClosePulse(environment->pulses);
  if (environment->streams != nullptr) CloseStreams(environment->streams);
  if (environment->open_handles == 0) Finish(environment);
}

}  // namespace

Environment* CreateEnvironment(napi_env env) {
  auto* environment = new (std::nothrow) Environment;
  if (environment == nullptr) return nullptr;
  environment->env = env;
  if (napi_get_uv_event_loop(env, &environment->loop) != napi_ok ||
      napi_add_async_cleanup_hook(env, End, environment, nullptr) != napi_ok) {
    delete environment;
    return nullptr;
  }
  return environment;
}

void HandleClosed(Environment* environment) {
  environment->open_handles -= 1;
  if (environment->ending && environment->open_handles == 0) Finish(environment);
}

bool CallBack(Environment* environment, napi_ref function, size_t count, const napi_value* values) {
  napi_env env = environment->env;
  napi_value receiver = nullptr;
  napi_value callable = nullptr;
  if (napi_get_global(env, &receiver) != napi_ok ||
      napi_get_reference_value(env, function, &callable) != napi_ok || callable == nullptr)
    return false;
  napi_status status =
      napi_make_callback(env, nullptr, receiver, callable, count, values, nullptr);
  if (status == napi_ok) return true;
  bool pending = false;
  napi_value exception = nullptr;
  if (napi_is_exception_pending(env, &pending) == napi_ok && pending &&
      napi_get_and_clear_last_exception(env, &exception) == napi_ok)
    napi_fatal_exception(env, exception);
  return false;
}

}  // namespace raw_socket
