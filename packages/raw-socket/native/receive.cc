#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <time.h>

#include <climits>
#include <cstdlib>
#include <cstring>
#include <new>

#include "arguments.h"
#include "socket.h"

namespace raw_socket {

// Control messages asked for here take at most 64 bytes; the rest is room for time stamps and the
// like that a user may switch on.
constexpr size_t kControlBytes = 256;
constexpr size_t kBatchMax = 1024;
// A flood on one socket must not keep timers and the other sockets waiting.
constexpr int kRoundsPerWakeup = 8;
constexpr int kErrorsPerWakeup = 1024;
constexpr size_t kAlignment = 8;

struct Slot {
  sockaddr_storage source;
  iovec vector;
  alignas(cmsghdr) uint8_t control[kControlBytes];
};

struct ReceiveBuffers {
  size_t batch;
  size_t message_bytes;
  mmsghdr* headers;
  Slot* slots;
  uint8_t* data;
};

void FreeBuffers(ReceiveBuffers* buffers) {
  if (buffers == nullptr) return;
  free(buffers->headers);
  free(buffers->slots);
  free(buffers->data);
  delete buffers;
}

namespace {

ReceiveBuffers* CreateBuffers(size_t batch, size_t message_bytes) {
  auto* buffers = new (std::nothrow) ReceiveBuffers{};
  if (buffers == nullptr) return nullptr;
  buffers->batch = batch;
  buffers->message_bytes = message_bytes;
  buffers->headers = static_cast<mmsghdr*>(calloc(batch, sizeof(mmsghdr)));
  buffers->slots = static_cast<Slot*>(calloc(batch, sizeof(Slot)));
  // Not cleared: pages that no message has reached cost no memory.
  buffers->data = static_cast<uint8_t*>(malloc(batch * message_bytes));
  if (buffers->headers != nullptr && buffers->slots != nullptr && buffers->data != nullptr)
    return buffers;
  FreeBuffers(buffers);
  return nullptr;
}

// The kernel overwrites lengths, so every round starts afresh.
void Prepare(ReceiveBuffers* buffers) {
  for (size_t i = 0; i < buffers->batch; i += 1) {
    Slot& slot = buffers->slots[i];
    msghdr& header = buffers->headers[i].msg_hdr;
    slot.vector = {buffers->data + i * buffers->message_bytes, buffers->message_bytes};
    header = {};
    header.msg_name = &slot.source;
    header.msg_namelen = sizeof slot.source;
    header.msg_iov = &slot.vector;
    header.msg_iovlen = 1;
    header.msg_control = slot.control;
    header.msg_controllen = sizeof slot.control;
  }
}

template <typename T>
bool ReadControl(const cmsghdr* control, T* out) {
  if (control->cmsg_len < CMSG_LEN(sizeof(T))) return false;
  memcpy(out, CMSG_DATA(control), sizeof(T));
  return true;
}

void ReadHopLimit(const cmsghdr* control, Record* record) {
  int hop_limit;
  if (!ReadControl(control, &hop_limit)) return;
  record->hop_limit = hop_limit;
  record->flags |= kHasHopLimit;
}

void ReadDestination(Record* record, int interface_index, const void* address, size_t length) {
  record->interface_index = interface_index;
  record->flags |= kHasInterfaceIndex;
  record->destination_length = static_cast<int32_t>(length);
  memcpy(record->destination, address, length);
}

double Milliseconds(const timespec& time) {
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

// The stamp is of the clock that can be set: what became of it meanwhile is for others to judge.
void ReadArrival(const cmsghdr* control, Record* record) {
  timespec stamp, now, now_since_boot;
  if (!ReadControl(control, &stamp) || clock_gettime(CLOCK_REALTIME, &now) != 0 ||
      clock_gettime(CLOCK_MONOTONIC, &now_since_boot) != 0)
    return;
  timespec age = {now.tv_sec - stamp.tv_sec, now.tv_nsec - stamp.tv_nsec};
  record->arrived_ms = Milliseconds(now_since_boot) - Milliseconds(age);
  record->flags |= kHasArrival;
}

void ReadControls(msghdr* header, Record* record) {
  for (cmsghdr* control = CMSG_FIRSTHDR(header); control != nullptr;
       control = CMSG_NXTHDR(header, control)) {
    if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_TTL) {
      ReadHopLimit(control, record);
    } else if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == SCM_TIMESTAMPNS) {
      ReadArrival(control, record);
    } else if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_HOPLIMIT) {
      ReadHopLimit(control, record);
    } else if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO) {
      in_pktinfo info;
      if (ReadControl(control, &info))
        ReadDestination(record, info.ipi_ifindex, &info.ipi_addr, sizeof info.ipi_addr);
    } else if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_PKTINFO) {
      in6_pktinfo info;
      if (ReadControl(control, &info))
        ReadDestination(record, static_cast<int>(info.ipi6_ifindex), &info.ipi6_addr,
                        sizeof info.ipi6_addr);
    }
  }
}

size_t MessageLength(const ReceiveBuffers* buffers, size_t index) {
  size_t length = buffers->headers[index].msg_len;
  return length < buffers->message_bytes ? length : buffers->message_bytes;
}

void WriteRecord(ReceiveBuffers* buffers, size_t index, size_t offset, Record* record) {
  msghdr& header = buffers->headers[index].msg_hdr;
  memset(record, 0, offsetof(Record, source));
  record->data_offset = static_cast<int32_t>(offset);
  record->data_length = static_cast<int32_t>(MessageLength(buffers, index));
  if ((header.msg_flags & MSG_TRUNC) != 0) record->flags |= kTruncated;
  size_t source_length =
      header.msg_namelen < sizeof record->source ? header.msg_namelen : sizeof record->source;
  record->source_length = static_cast<int32_t>(source_length);
  memcpy(record->source, &buffers->slots[index].source, source_length);
  ReadControls(&header, record);
}

size_t Aligned(size_t length) { return (length + kAlignment - 1) & ~(kAlignment - 1); }

// One ArrayBuffer holds the data of the whole batch.
bool Deliver(Socket* socket, size_t count) {
  ReceiveBuffers* buffers = socket->buffers;
  napi_env env = socket->environment->env;
  napi_value records_value = nullptr;
  void* records_data = nullptr;
  size_t records_length = 0;
  if (napi_get_reference_value(env, socket->records, &records_value) != napi_ok ||
      napi_get_arraybuffer_info(env, records_value, &records_data, &records_length) != napi_ok ||
      records_length < count * sizeof(Record))
    return false;

  size_t total = 0;
  for (size_t i = 0; i < count; i += 1) total += Aligned(MessageLength(buffers, i));
  void* data = nullptr;
  napi_value values[2];
  if (napi_create_arraybuffer(env, total, &data, &values[1]) != napi_ok ||
      napi_create_int64(env, static_cast<int64_t>(count), &values[0]) != napi_ok)
    return false;
  auto* records = static_cast<Record*>(records_data);
  size_t offset = 0;
  for (size_t i = 0; i < count; i += 1) {
    size_t length = MessageLength(buffers, i);
    if (length > 0)
      memcpy(static_cast<uint8_t*>(data) + offset, buffers->slots[i].vector.iov_base, length);
    WriteRecord(buffers, i, offset, &records[i]);
    offset += Aligned(length);
  }
  return CallBack(socket->environment, socket->on_batch, 2, values);
}

void Report(Socket* socket, int error) {
  napi_value values[2];
  if (napi_create_int64(socket->environment->env, -error, &values[0]) == napi_ok &&
      napi_get_undefined(socket->environment->env, &values[1]) == napi_ok)
    CallBack(socket->environment, socket->on_batch, 2, values);
}

// Errors that the next attempt would meet again, at once and for ever.
bool IsPermanent(int error) {
  return error == EBADF || error == ENOTSOCK || error == EFAULT || error == EINVAL ||
         error == ENOTCONN || error == EOPNOTSUPP;
}

// A netlink socket that overflowed drops what comes, silently, until its queue is empty. Who reads
// everything anew because of the error must therefore hear of it only then.
void ReportOrDefer(Socket* socket, int error) {
  if (socket->domain == AF_NETLINK)
    socket->pending_error = error;
  else
    Report(socket, error);
}

int ReceiveBatch(Socket* socket) {
  ReceiveBuffers* buffers = socket->buffers;
  Prepare(buffers);
  int count;
  do {
    count = recvmmsg(socket->fd, buffers->headers, static_cast<unsigned>(buffers->batch),
                     MSG_DONTWAIT, nullptr);
  } while (count < 0 && errno == EINTR);
  return count < 0 ? -errno : count;
}

// Nothing was received. Returns whether to try again.
bool HandleFailure(Socket* socket, int error) {
  if (error == EAGAIN || error == EWOULDBLOCK) {
    int pending = socket->pending_error;
    socket->pending_error = 0;
    if (pending != 0) Report(socket, pending);
    return false;
  }
  if (IsPermanent(error)) {
    FreeBuffers(socket->buffers);
    socket->buffers = nullptr;
    Report(socket, error);
    return false;
  }
  ReportOrDefer(socket, error);
  return socket->pending_error != 0;
}

}  // namespace

void ReceiveBatches(Socket* socket) {
  for (int round = 0; round < kRoundsPerWakeup || socket->pending_error != 0; round += 1) {
    int count = ReceiveBatch(socket);
    if (count < 0) {
      if (HandleFailure(socket, -count)) continue;
      return;
    }
    bool full = static_cast<size_t>(count) == socket->buffers->batch;
    napi_handle_scope scope;
    if (napi_open_handle_scope(socket->environment->env, &scope) != napi_ok) return;
    bool delivered = Deliver(socket, static_cast<size_t>(count));
    napi_close_handle_scope(socket->environment->env, scope);
    // The callback may have closed the socket, or read until an error that stays. What is left
    // wakes us again.
    if (socket->buffers == nullptr || ((!delivered || !full) && socket->pending_error == 0)) return;
  }
}

void TakeErrors(Socket* socket) {
  int error = 0;
  socklen_t length = sizeof error;
  getsockopt(socket->fd, SOL_SOCKET, SO_ERROR, &error, &length);
  // The error queue (ICMP errors, time stamps) wakes a poll for as long as it holds anything.
  // Netlink has no such queue and would hand out an ordinary message instead.
  if (socket->domain == AF_INET || socket->domain == AF_INET6 || socket->domain == AF_PACKET) {
    uint8_t discarded[1];
    for (int i = 0; i < kErrorsPerWakeup; i += 1)
      if (recv(socket->fd, discarded, sizeof discarded, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) break;
  }
  if (error != 0 && socket->buffers != nullptr) ReportOrDefer(socket, error);
}

// (socket, callback(count or -errno, data), batch, bytes per message, records)
napi_value Receive(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  Socket* socket;
  napi_value callback;
  int64_t batch, message_bytes;
  void* records = nullptr;
  size_t records_length = 0;
  if (!arguments.OpenSocket(&socket) || !arguments.Function(1, "callback", &callback) ||
      !arguments.Integer(2, "batch", 1, kBatchMax, &batch) ||
      !arguments.Integer(3, "bufferBytes", 1, 1 << 24, &message_bytes))
    return nullptr;
  // Offsets within a batch are 32 bits wide.
  if (batch * message_bytes > INT_MAX / 2) {
    napi_throw_type_error(env, "ERR_INVALID_ARG_VALUE", "batch times bufferBytes is too large");
    return nullptr;
  }
  if (napi_get_arraybuffer_info(env, arguments.at(4), &records, &records_length) != napi_ok ||
      records_length < static_cast<size_t>(batch) * sizeof(Record)) {
    napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", "records must be a large ArrayBuffer");
    return nullptr;
  }
  if (socket->buffers != nullptr) {
    napi_throw_error(env, "ERR_SOCKET_RECEIVING", "socket is already receiving");
    return nullptr;
  }
  if ((socket->self == nullptr &&
       napi_create_reference(env, arguments.at(0), 1, &socket->self) != napi_ok) ||
      napi_create_reference(env, callback, 1, &socket->on_batch) != napi_ok ||
      napi_create_reference(env, arguments.at(4), 1, &socket->records) != napi_ok)
    return Number(env, -ENOMEM);
  socket->buffers =
      CreateBuffers(static_cast<size_t>(batch), static_cast<size_t>(message_bytes));
  if (socket->buffers == nullptr) return Number(env, -ENOMEM);
  return Number(env, UpdatePoll(socket));
}

// (socket); one that does not receive has nothing to read.
napi_value ReceiveNow(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  Socket* socket;
  if (!arguments.OpenSocket(&socket)) return nullptr;
  if (socket->buffers != nullptr) ReceiveBatches(socket);
  // An error that stays has ended the receiving.
  if (socket->fd >= 0 && socket->buffers == nullptr) UpdatePoll(socket);
  return Undefined(env);
}

}  // namespace raw_socket
