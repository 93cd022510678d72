#include "pulse.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#include <new>

#include "arguments.h"
#include "environment.h"
#include "owned.h"

namespace raw_socket {

// Without a word of JavaScript, which would cost ten times as much for each answer.
struct Pulse {
  Environment* environment;
  Pulse* next;
  int fd;
  uv_poll_t* poll;
};

namespace {

void OnAsked(uv_poll_t* poll, int, int) {
  auto* pulse = static_cast<Pulse*>(poll->data);
  uint8_t asked[256];
  ssize_t count = recv(pulse->fd, asked, sizeof asked, MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  timespec now;
  // The other end is gone: who cares for it finds out elsewhere.
  if (count <= 0 || clock_gettime(CLOCK_MONOTONIC, &now) != 0) return ClosePulse(pulse);
  double ms = static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
  // One that reads nothing needs no more answers.
  send(pulse->fd, &ms, sizeof ms, MSG_DONTWAIT | MSG_NOSIGNAL);
}

}  // namespace

void ClosePulse(Pulse* pulse) {
  Environment* environment = pulse->environment;
  Unlink(&environment->pulses, pulse);
  uv_poll_stop(pulse->poll);
  CloseHandle(environment, pulse->poll);
  close(pulse->fd);
  delete pulse;
}

// (descriptor of a stream socket) -> 0 or -errno. The descriptor is the pulse's from then on.
napi_value AnswerWithTime(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  int64_t fd;
  if (!arguments.Integer(0, "descriptor", 0, INT32_MAX, &fd)) return nullptr;
  Environment* environment = arguments.environment();
  // Programs that are started are not asked.
  if (fcntl(static_cast<int>(fd), F_SETFD, FD_CLOEXEC) != 0) return Number(env, -errno);
  auto* pulse = new (std::nothrow) Pulse{};
  auto* poll = new (std::nothrow) uv_poll_t;
  int status = pulse == nullptr || poll == nullptr
                   ? -ENOMEM
                   : uv_poll_init(environment->loop, poll, static_cast<int>(fd));
  if (status != 0) {
    delete pulse;
    delete poll;
    return Number(env, status);
  }
  poll->data = pulse;
  *pulse = {environment, environment->pulses, static_cast<int>(fd), poll};
  environment->pulses = pulse;
  environment->open_handles += 1;
  uv_poll_start(poll, UV_READABLE, OnAsked);
  uv_unref(reinterpret_cast<uv_handle_t*>(poll));
  return Number(env, 0);
}

}  // namespace raw_socket
