#include "alarm.h"

#include <errno.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include <uv.h>

#include <cmath>
#include <new>

#include "arguments.h"
#include "environment.h"
#include "owned.h"

namespace raw_socket {

// A timerfd on the event loop, which is woken by the kernel's high-resolution timers.
struct Alarm {
  Environment* environment;
  Alarm* next;
  int fd;
  uv_poll_t* poll;
  napi_ref callback;
  int64_t id;
};

namespace {

constexpr double kNanosecondsPerMs = 1e6;
constexpr int64_t kNanosecondsPerSecond = 1000000000;
// 285 years since boot, which still fit 64 bits of nanoseconds.
constexpr double kLatestMs = 9e12;

void OnExpired(uv_poll_t* poll, int, int) {
  auto* alarm = static_cast<Alarm*>(poll->data);
  uint64_t times;
  // It may have been set anew since the poll.
  if (read(alarm->fd, &times, sizeof times) != sizeof times) return;
  HandleScope scope(alarm->environment->env);
  if (scope) CallBack(alarm->environment, alarm->callback, 0, nullptr);
}

// A poll of the descriptor that calls back for the alarm; null without memory or descriptors.
uv_poll_t* StartPoll(uv_loop_t* loop, int fd, Alarm* alarm) {
  auto* poll = new (std::nothrow) uv_poll_t;
  if (poll == nullptr) return nullptr;
  if (uv_poll_init(loop, poll, fd) != 0) {
    delete poll;
    return nullptr;
  }
  poll->data = alarm;
  uv_poll_start(poll, UV_READABLE, OnExpired);
  return poll;
}

}  // namespace

void CloseAlarm(Alarm* alarm) {
  Environment* environment = alarm->environment;
  Unlink(&environment->alarms, alarm);
  uv_poll_stop(alarm->poll);
  CloseHandle(environment, alarm->poll);
  close(alarm->fd);
  napi_delete_reference(environment->env, alarm->callback);
  delete alarm;
}

// (callback()) -> positive id of the alarm, or -errno.
napi_value OpenAlarm(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  napi_value callback;
  if (!arguments.Function(0, "callback", &callback)) return nullptr;
  Environment* environment = arguments.environment();
  int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  if (fd < 0) return Number(env, -errno);
  napi_ref reference = nullptr;
  auto* alarm = new (std::nothrow) Alarm{};
  if (alarm == nullptr || napi_create_reference(env, callback, 1, &reference) != napi_ok) {
    delete alarm;
    close(fd);
    return Number(env, -ENOMEM);
  }
  uv_poll_t* poll = StartPoll(environment->loop, fd, alarm);
  if (poll == nullptr) {
    napi_delete_reference(env, reference);
    delete alarm;
    close(fd);
    return Number(env, -ENOMEM);
  }
  environment->open_handles += 1;
  environment->last_id += 1;
  *alarm = {environment, environment->alarms, fd, poll, reference, environment->last_id};
  environment->alarms = alarm;
  return Number(env, alarm->id);
}

// (id, ms since boot, or 0 for never) -> 0 or -errno.
napi_value SetAlarm(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  int64_t id;
  double at_ms = 0;
  if (!arguments.Id(&id) || !arguments.Double(1, "atMs", 0, kLatestMs, &at_ms)) return nullptr;
  Alarm* alarm = FindOwned(arguments.environment()->alarms, id);
  if (alarm == nullptr) return Number(env, -EBADF);
  // Not before the moment: who is woken reads the clock, and would have to wait again.
  auto nanoseconds = static_cast<int64_t>(std::ceil(at_ms * kNanosecondsPerMs));
  itimerspec setting = {};
  setting.it_value.tv_sec = nanoseconds / kNanosecondsPerSecond;
  setting.it_value.tv_nsec = nanoseconds % kNanosecondsPerSecond;
  return Status(env, timerfd_settime(alarm->fd, TFD_TIMER_ABSTIME, &setting, nullptr));
}

// (id); an alarm that is stopped already is left alone.
napi_value StopAlarm(napi_env env, napi_callback_info info) {
  return CloseOwned(env, info, &Environment::alarms, CloseAlarm);
}

}  // namespace raw_socket
