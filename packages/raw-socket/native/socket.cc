#include "socket.h"

#include <errno.h>
#include <linux/filter.h>
#include <unistd.h>

#include <climits>
#include <cstring>
#include <new>

#include "arguments.h"

namespace raw_socket {

namespace {

// Tells our handle objects from any other wrapped object.
constexpr napi_type_tag kSocketTag = {0x8f6d3c1ab27e4d05, 0x91c2a4e7306fb8d9};

void Release(napi_env env, napi_ref* reference) {
  if (*reference == nullptr) return;
  napi_delete_reference(env, *reference);
  *reference = nullptr;
}

void Finalize(napi_env, void* data, void*) {
  auto* socket = static_cast<Socket*>(data);
  CloseSocket(socket);
  ForgetSocket(socket);
  delete socket;
}

void OnPoll(uv_poll_t* poll, int status, int events) {
  auto* socket = static_cast<Socket*>(poll->data);
  napi_env env = socket->environment->env;
  HandleScope scope(env);
  if (!scope) return;
  // Keeps the socket's memory while its callbacks run, even if they close it.
  napi_value self = nullptr;
  napi_get_reference_value(env, socket->self, &self);

  // libuv reports a pending socket error (an overrun, an interface gone down) as a negative status
  // and stops polling. Once the error is taken off the socket, polling goes on.
  bool failed = status < 0;
  if (failed) TakeErrors(socket);
  if (socket->buffers != nullptr && (failed || (events & UV_READABLE) != 0)) {
    ReceiveBatches(socket);
    if (socket->buffers == nullptr) failed = true;
  }
  if (socket->fd >= 0 && socket->on_writable != nullptr &&
      (failed || (events & UV_WRITABLE) != 0)) {
    napi_ref callback = socket->on_writable;
    socket->on_writable = nullptr;
    failed = true;
    CallBack(socket->environment, callback, 0, nullptr);
    napi_delete_reference(env, callback);
  }
  if (failed && socket->fd >= 0) UpdatePoll(socket);
}

}  // namespace

Socket* SocketOf(napi_env env, napi_value value) {
  napi_valuetype type = napi_undefined;
  bool tagged = false;
  void* data = nullptr;
  if (napi_typeof(env, value, &type) != napi_ok || type != napi_object ||
      napi_check_object_type_tag(env, value, &kSocketTag, &tagged) != napi_ok || !tagged ||
      napi_unwrap(env, value, &data) != napi_ok)
    return nullptr;
  return static_cast<Socket*>(data);
}

void ForgetSocket(Socket* socket) {
  if (socket->environment == nullptr) return;
  if (socket->previous != nullptr) socket->previous->next = socket->next;
  if (socket->next != nullptr) socket->next->previous = socket->previous;
  if (socket->environment->sockets == socket) socket->environment->sockets = socket->next;
  socket->environment = nullptr;
}

void CloseSocket(Socket* socket) {
  if (socket->fd < 0) return;
  napi_env env = socket->environment->env;
  if (socket->poll != nullptr) {
    uv_poll_stop(socket->poll);
    CloseHandle(socket->environment, socket->poll);
    socket->poll = nullptr;
  }
  // The descriptor is gone even when close reports an error.
  close(socket->fd);
  socket->fd = -1;
  FreeBuffers(socket->buffers);
  socket->buffers = nullptr;
  Release(env, &socket->on_batch);
  Release(env, &socket->on_writable);
  Release(env, &socket->records);
  Release(env, &socket->self);
}

int UpdatePoll(Socket* socket) {
  int events = 0;
  if (socket->buffers != nullptr) events |= UV_READABLE;
  if (socket->on_writable != nullptr) events |= UV_WRITABLE;
  if (socket->poll == nullptr) {
    if (events == 0) return 0;
    auto* poll = new (std::nothrow) uv_poll_t;
    if (poll == nullptr) return -ENOMEM;
    int status = uv_poll_init(socket->environment->loop, poll, socket->fd);
    if (status != 0) {
      delete poll;
      return status;
    }
    poll->data = socket;
    socket->poll = poll;
    socket->environment->open_handles += 1;
    if (!socket->referenced) uv_unref(reinterpret_cast<uv_handle_t*>(poll));
  }
  return events == 0 ? uv_poll_stop(socket->poll) : uv_poll_start(socket->poll, events, OnPoll);
}

napi_value Open(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  int64_t domain, type, protocol;
  if (!arguments.Integer(0, "domain", 0, INT_MAX, &domain) ||
      !arguments.Integer(1, "type", 0, INT_MAX, &type) ||
      !arguments.Integer(2, "protocol", 0, INT_MAX, &protocol))
    return nullptr;
  int fd = socket(static_cast<int>(domain), static_cast<int>(type) | SOCK_NONBLOCK | SOCK_CLOEXEC,
                  static_cast<int>(protocol));
  if (fd < 0) return Number(env, -errno);

  auto* opened = new (std::nothrow) Socket;
  napi_value handle = nullptr;
  if (opened == nullptr || napi_create_object(env, &handle) != napi_ok ||
      napi_type_tag_object(env, handle, &kSocketTag) != napi_ok ||
      napi_wrap(env, handle, opened, Finalize, nullptr, nullptr) != napi_ok) {
    delete opened;
    close(fd);
    return Number(env, -ENOMEM);
  }
  opened->fd = fd;
  opened->domain = static_cast<int>(domain);
  opened->environment = arguments.environment();
  opened->next = opened->environment->sockets;
  if (opened->next != nullptr) opened->next->previous = opened;
  opened->environment->sockets = opened;
  return handle;
}

// What functions with a socket and bytes take. False after an exception was thrown.
struct SocketBytes {
  Socket* socket;
  Bytes bytes;

  bool Read(Arguments* arguments, const char* name) {
    return arguments->OpenSocket(&socket) && arguments->ByteArray(1, name, &bytes);
  }
};

napi_value Bind(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  SocketBytes given;
  if (!given.Read(&arguments, "address")) return nullptr;
  const auto& [socket, address] = given;
  return Status(env, bind(socket->fd, reinterpret_cast<const sockaddr*>(address.data),
                          static_cast<socklen_t>(address.length)));
}

// The address is written into the array given; the result is its length.
napi_value LocalAddress(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  SocketBytes given;
  if (!given.Read(&arguments, "out")) return nullptr;
  const auto& [socket, out] = given;
  auto length = static_cast<socklen_t>(out.length);
  if (getsockname(socket->fd, reinterpret_cast<sockaddr*>(out.data), &length) != 0)
    return Number(env, -errno);
  return Number(env, length < out.length ? length : out.length);
}

// What the functions for socket options take. False after an exception was thrown.
struct SocketOption {
  Socket* socket;
  int level, name;
  Bytes value;

  bool Read(Arguments* arguments) {
    int64_t level_number, name_number;
    if (!arguments->OpenSocket(&socket) ||
        !arguments->Integer(1, "level", 0, INT_MAX, &level_number) ||
        !arguments->Integer(2, "name", 0, INT_MAX, &name_number) ||
        !arguments->ByteArray(3, "value", &value))
      return false;
    level = static_cast<int>(level_number);
    name = static_cast<int>(name_number);
    return true;
  }
};

napi_value SetOption(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  SocketOption option;
  if (!option.Read(&arguments)) return nullptr;
  const auto& [socket, level, name, value] = option;
  // A filter option holds a pointer, which bytes from JavaScript must never become.
  if (level == SOL_SOCKET && (name == SO_ATTACH_FILTER || name == SO_ATTACH_REUSEPORT_CBPF)) {
    napi_throw_type_error(env, "ERR_INVALID_ARG_VALUE", "use attachFilter for a socket filter");
    return nullptr;
  }
  return Status(env, setsockopt(socket->fd, level, name, value.data,
                                static_cast<socklen_t>(value.length)));
}

// The value is written into the array given; the result is its length.
napi_value GetOption(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  SocketOption option;
  if (!option.Read(&arguments)) return nullptr;
  const auto& [socket, level, name, out] = option;
  auto length = static_cast<socklen_t>(out.length);
  if (getsockopt(socket->fd, level, name, out.data, &length) != 0) return Number(env, -errno);
  return Number(env, length < out.length ? length : out.length);
}

// An array of struct sock_filter, as bytes.
napi_value AttachFilter(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  SocketBytes given;
  if (!given.Read(&arguments, "program")) return nullptr;
  const auto& [socket, program] = given;
  if (program.length % sizeof(sock_filter) != 0 ||
      program.length / sizeof(sock_filter) > BPF_MAXINSNS)
    return Number(env, -EINVAL);
  sock_fprog filter = {static_cast<unsigned short>(program.length / sizeof(sock_filter)),
                       reinterpret_cast<sock_filter*>(program.data)};
  return Status(env, setsockopt(socket->fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter));
}

napi_value OnWritable(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  Socket* socket;
  napi_value callback;
  if (!arguments.OpenSocket(&socket) || !arguments.Function(1, "callback", &callback))
    return nullptr;
  Release(env, &socket->on_writable);
  if (socket->self == nullptr &&
      napi_create_reference(env, arguments.at(0), 1, &socket->self) != napi_ok)
    return Number(env, -ENOMEM);
  if (napi_create_reference(env, callback, 1, &socket->on_writable) != napi_ok)
    return Number(env, -ENOMEM);
  return Number(env, UpdatePoll(socket));
}

napi_value SetReferenced(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  Socket* socket;
  if (!arguments.OpenSocket(&socket) ||
      !arguments.Boolean(1, "referenced", &socket->referenced))
    return nullptr;
  auto* handle = reinterpret_cast<uv_handle_t*>(socket->poll);
  if (handle != nullptr) socket->referenced ? uv_ref(handle) : uv_unref(handle);
  return Undefined(env);
}

napi_value Close(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  Socket* socket;
  if (!arguments.AnySocket(&socket)) return nullptr;
  CloseSocket(socket);
  return Undefined(env);
}

}  // namespace raw_socket
