#include "stream.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include <climits>
#include <new>
#include <unordered_map>

#include "environment.h"

namespace raw_socket {

namespace {

// Pairs of number and events, as many as JavaScript is given at once.
constexpr int kEventsPerWakeup = 128;
constexpr int kRoundsPerWakeup = 8;

}  // namespace

struct Streams {
  Environment* environment;
  int epoll;
  uv_poll_t* poll;
  napi_ref callback;
  napi_ref events;
  int32_t last;
  // Numbers are not used again soon, so that news of a closed connection are nobody else's.
  std::unordered_map<int32_t, int> descriptors;
};

namespace {

int DescriptorOf(Environment* environment, int64_t stream) {
  Streams* streams = environment->streams;
  if (streams == nullptr) return -1;
  auto found = streams->descriptors.find(static_cast<int32_t>(stream));
  return found == streams->descriptors.end() ? -1 : found->second;
}

// Returns whether there may be more.
bool Deliver(Streams* streams) {
  napi_env env = streams->environment->env;
  epoll_event events[kEventsPerWakeup];
  int count;
  do {
    count = epoll_wait(streams->epoll, events, kEventsPerWakeup, 0);
  } while (count < 0 && errno == EINTR);
  if (count <= 0) return false;
  HandleScope scope(env);
  if (!scope) return false;
  napi_value array, number;
  void* data = nullptr;
  size_t length = 0;
  if (napi_get_reference_value(env, streams->events, &array) == napi_ok &&
      napi_get_arraybuffer_info(env, array, &data, &length) == napi_ok &&
      length >= static_cast<size_t>(count) * 2 * sizeof(int32_t) &&
      napi_create_int32(env, count, &number) == napi_ok) {
    auto* pairs = static_cast<int32_t*>(data);
    for (int i = 0; i < count; i += 1) {
      pairs[2 * i] = static_cast<int32_t>(events[i].data.u32);
      pairs[2 * i + 1] = static_cast<int32_t>(events[i].events);
    }
    CallBack(streams->environment, streams->callback, 1, &number);
  }
  return count == kEventsPerWakeup;
}

void OnEvents(uv_poll_t* poll, int, int) {
  auto* streams = static_cast<Streams*>(poll->data);
  for (int round = 0; round < kRoundsPerWakeup; round += 1)
    if (!Deliver(streams)) return;
}

// What a connection has beside its ends. Returns 0 or an errno.
int SetOptions(int fd, const Bytes& local, int64_t mark, const char* interface) {
  auto kernel_mark = static_cast<uint32_t>(mark);
  if (mark != 0 &&
      setsockopt(fd, SOL_SOCKET, SO_MARK, &kernel_mark, sizeof kernel_mark) != 0)
    return errno;
  if (interface[0] != '\0' &&
      setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface, IFNAMSIZ) != 0)
    return errno;
  if (local.length == 0) return 0;
  // The port may be waiting for late packets of the connection before.
  int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  return bind(fd, reinterpret_cast<const sockaddr*>(local.data),
              static_cast<socklen_t>(local.length)) == 0
             ? 0
             : errno;
}

}  // namespace

void CloseStreams(Streams* streams) {
  Environment* environment = streams->environment;
  for (const auto& each : streams->descriptors) close(each.second);
  uv_poll_stop(streams->poll);
  CloseHandle(environment, streams->poll);
  close(streams->epoll);
  napi_delete_reference(environment->env, streams->callback);
  napi_delete_reference(environment->env, streams->events);
  environment->streams = nullptr;
  delete streams;
}

// (callback(count), array for count pairs of number and epoll events); once.
napi_value WatchStreams(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  Environment* environment = arguments.environment();
  napi_value callback;
  void* data = nullptr;
  size_t length = 0;
  if (!arguments.Function(0, "callback", &callback)) return nullptr;
  if (napi_get_arraybuffer_info(env, arguments.at(1), &data, &length) != napi_ok ||
      length < kEventsPerWakeup * 2 * sizeof(int32_t)) {
    napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", "events must be a large ArrayBuffer");
    return nullptr;
  }
  if (environment->streams != nullptr) return Number(env, -EALREADY);
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) return Number(env, -errno);
  auto* poll = new (std::nothrow) uv_poll_t;
  auto* streams = new (std::nothrow) Streams{};
  int status = poll == nullptr || streams == nullptr
                   ? -ENOMEM
                   : uv_poll_init(environment->loop, poll, epoll);
  if (status != 0) {
    delete poll;
    delete streams;
    close(epoll);
    return Number(env, status);
  }
  streams->environment = environment;
  streams->epoll = epoll;
  streams->poll = poll;
  poll->data = streams;
  environment->open_handles += 1;
  environment->streams = streams;
  uv_unref(reinterpret_cast<uv_handle_t*>(poll));
  if (napi_create_reference(env, callback, 1, &streams->callback) != napi_ok ||
      napi_create_reference(env, arguments.at(1), 1, &streams->events) != napi_ok) {
    CloseStreams(streams);
    return Number(env, -ENOMEM);
  }
  return Number(env, uv_poll_start(poll, UV_READABLE, OnEvents));
}

// (domain, remote address, local address or empty, mark or 0, interface or '') -> number, or -errno.
napi_value OpenStream(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  int64_t domain, mark;
  Bytes remote, local;
  char interface[IFNAMSIZ] = {};
  if (!arguments.Integer(0, "domain", 0, INT_MAX, &domain) ||
      !arguments.ByteArray(1, "remote", &remote) || !arguments.ByteArray(2, "local", &local) ||
      !arguments.Integer(3, "mark", 0, UINT32_MAX, &mark) ||
      !arguments.Text(4, "interface", interface, sizeof interface))
    return nullptr;
  Streams* streams = arguments.environment()->streams;
  if (streams == nullptr) return Number(env, -EBADF);
  int fd = socket(static_cast<int>(domain), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return Number(env, -errno);
  int error = SetOptions(fd, local, mark, interface);
  if (error == 0 && connect(fd, reinterpret_cast<const sockaddr*>(remote.data),
                            static_cast<socklen_t>(remote.length)) != 0 &&
      errno != EINPROGRESS)
    error = errno;
  do {
    streams->last = streams->last == INT32_MAX ? 1 : streams->last + 1;
  } while (streams->descriptors.count(streams->last) != 0);
  epoll_event wanted = {};
  wanted.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  wanted.data.u32 = static_cast<uint32_t>(streams->last);
  if (error == 0 && epoll_ctl(streams->epoll, EPOLL_CTL_ADD, fd, &wanted) != 0) error = errno;
  if (error != 0) {
    close(fd);
    return Number(env, -error);
  }
  if (streams->descriptors.empty()) uv_ref(reinterpret_cast<uv_handle_t*>(streams->poll));
  streams->descriptors.emplace(streams->last, fd);
  return Number(env, streams->last);
}

namespace {

// (number, bytes) for functions that move bytes: how many, or -errno; -EBADF for an unknown number.
template <typename Move>
napi_value MoveBytes(napi_env env, napi_callback_info info, Move move) {
  Arguments arguments(env, info);
  int64_t stream;
  Bytes bytes;
  if (!arguments.Integer(0, "stream", 1, INT32_MAX, &stream) ||
      !arguments.ByteArray(1, "bytes", &bytes))
    return nullptr;
  int fd = DescriptorOf(arguments.environment(), stream);
  if (fd < 0) return Number(env, -EBADF);
  ssize_t count;
  do {
    count = move(fd, bytes);
  } while (count < 0 && errno == EINTR);
  return Number(env, count < 0 ? -errno : count);
}

}  // namespace

napi_value ReadStream(napi_env env, napi_callback_info info) {
  return MoveBytes(env, info, [](int fd, const Bytes& bytes) {
    return recv(fd, bytes.data, bytes.length, MSG_DONTWAIT);
  });
}

napi_value WriteStream(napi_env env, napi_callback_info info) {
  return MoveBytes(env, info, [](int fd, const Bytes& bytes) {
    return send(fd, bytes.data, bytes.length, MSG_DONTWAIT | MSG_NOSIGNAL);
  });
}

// (number) -> the error that is pending, as -errno, or 0; it is no longer pending then.
napi_value StreamError(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  int64_t stream;
  if (!arguments.Integer(0, "stream", 1, INT32_MAX, &stream)) return nullptr;
  int error = 0;
  socklen_t length = sizeof error;
  int fd = DescriptorOf(arguments.environment(), stream);
  if (fd < 0) return Number(env, -EBADF);
  if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0) error = errno;
  return Number(env, -error);
}

// (number); an unknown one is left alone.
napi_value CloseStream(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  int64_t stream;
  if (!arguments.Integer(0, "stream", 1, INT32_MAX, &stream)) return nullptr;
  int fd = DescriptorOf(arguments.environment(), stream);
  if (fd < 0) return Undefined(env);
  Streams* streams = arguments.environment()->streams;
  streams->descriptors.erase(static_cast<int32_t>(stream));
  if (streams->descriptors.empty()) uv_unref(reinterpret_cast<uv_handle_t*>(streams->poll));
  // The descriptor is gone even when close reports an error.
  close(fd);
  return Undefined(env);
}

}  // namespace raw_socket
