#include "timer.h"

#include <errno.h>
#include <uv.h>

#include <climits>
#include <new>

#include "arguments.h"
#include "environment.h"
#include "owned.h"

namespace raw_socket {

struct Timer {
  Environment* environment;
  Timer* next;
  uv_timer_t* handle;
  napi_ref callback;
  int64_t id;
};

namespace {

void OnTimeout(uv_timer_t* handle) {
  auto* timer = static_cast<Timer*>(handle->data);
  HandleScope scope(timer->environment->env);
  if (scope) CallBack(timer->environment, timer->callback, 0, nullptr);
}

}  // namespace

void CloseTimer(Timer* timer) {
  Environment* environment = timer->environment;
  Unlink(&environment->timers, timer);
  uv_timer_stop(timer->handle);
  CloseHandle(environment, timer->handle);
  napi_delete_reference(environment->env, timer->callback);
  delete timer;
}

// (callback()) -> positive id of the timer, or -errno.
napi_value OpenTimer(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  napi_value callback;
  if (!arguments.Function(0, "callback", &callback)) return nullptr;
  Environment* environment = arguments.environment();
  napi_ref reference = nullptr;
  auto* timer = new (std::nothrow) Timer{};
  auto* handle = new (std::nothrow) uv_timer_t;
  if (timer == nullptr || handle == nullptr ||
      napi_create_reference(env, callback, 1, &reference) != napi_ok) {
    delete timer;
    delete handle;
    return Number(env, -ENOMEM);
  }
  uv_timer_init(environment->loop, handle);
  handle->data = timer;
  environment->open_handles += 1;
  environment->last_id += 1;
  *timer = {environment, environment->timers, handle, reference, environment->last_id};
  environment->timers = timer;
  return Number(env, timer->id);
}

// (id, ms from when the loop has last looked at the clock) -> 0 or -errno.
napi_value StartTimer(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  int64_t id, delay_ms;
  if (!arguments.Id(&id) || !arguments.Integer(1, "delayMs", 0, INT_MAX, &delay_ms))
    return nullptr;
  Timer* timer = FindOwned(arguments.environment()->timers, id);
  if (timer == nullptr) return Number(env, -EBADF);
  return Number(env, uv_timer_start(timer->handle, OnTimeout, static_cast<uint64_t>(delay_ms), 0));
}

// (id); one that does not run, or is closed, is left alone.
napi_value StopTimer(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  int64_t id;
  if (!arguments.Id(&id)) return nullptr;
  Timer* timer = FindOwned(arguments.environment()->timers, id);
  if (timer != nullptr) uv_timer_stop(timer->handle);
  return Undefined(env);
}

// (id); one that is closed already is left alone.
napi_value ShutTimer(napi_env env, napi_callback_info info) {
  return CloseOwned(env, info, &Environment::timers, CloseTimer);
}

}  // namespace raw_socket
