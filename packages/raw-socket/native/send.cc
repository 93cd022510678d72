#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>

#include "arguments.h"
#include "socket.h"

namespace raw_socket {

namespace {

constexpr uint32_t kBatch = 64;
// Array elements per message: data, destination, interface index, source.
constexpr uint32_t kFields = 4;

struct Batch {
  mmsghdr headers[kBatch];
  iovec vectors[kBatch];
  alignas(cmsghdr) uint8_t controls[kBatch][CMSG_SPACE(sizeof(in6_pktinfo))];
};

bool Refuse(napi_env env, const char* message) {
  napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", message);
  return false;
}

bool IsUndefined(napi_env env, napi_value value) {
  napi_valuetype type = napi_object;
  return napi_typeof(env, value, &type) == napi_ok && type == napi_undefined;
}

template <typename T>
void WriteControl(msghdr* header, uint8_t* memory, int level, int type, const T& value) {
  header->msg_control = memory;
  header->msg_controllen = CMSG_SPACE(sizeof(T));
  memset(memory, 0, CMSG_SPACE(sizeof(T)));
  cmsghdr* control = CMSG_FIRSTHDR(header);
  control->cmsg_level = level;
  control->cmsg_type = type;
  control->cmsg_len = CMSG_LEN(sizeof(T));
  memcpy(CMSG_DATA(control), &value, sizeof(T));
}

// Which interface and which own address a datagram leaves from.
bool WriteOrigin(napi_env env, int domain, uint32_t interface_index, const Bytes& source,
                 msghdr* header, uint8_t* memory) {
  if (domain == AF_INET && (source.length == 0 || source.length == sizeof(in_addr))) {
    in_pktinfo info = {};
    info.ipi_ifindex = static_cast<int>(interface_index);
    if (source.length > 0) memcpy(&info.ipi_spec_dst, source.data, source.length);
    WriteControl(header, memory, IPPROTO_IP, IP_PKTINFO, info);
    return true;
  }
  if (domain == AF_INET6 && (source.length == 0 || source.length == sizeof(in6_addr))) {
    in6_pktinfo info = {};
    info.ipi6_ifindex = interface_index;
    if (source.length > 0) memcpy(&info.ipi6_addr, source.data, source.length);
    WriteControl(header, memory, IPPROTO_IPV6, IPV6_PKTINFO, info);
    return true;
  }
  return Refuse(env, "interfaceIndex and source need an IP socket and an address of its family");
}

bool ReadMessage(napi_env env, int domain, const napi_value* fields, Batch* batch, uint32_t index) {
  Bytes data;
  Bytes destination = {nullptr, 0};
  Bytes source = {nullptr, 0};
  uint32_t interface_index = 0;
  if (!IsByteArray(env, fields[0], &data)) return Refuse(env, "data must be a Uint8Array");
  if (!IsUndefined(env, fields[1]) && !IsByteArray(env, fields[1], &destination))
    return Refuse(env, "destination must be a Uint8Array");
  if (napi_get_value_uint32(env, fields[2], &interface_index) != napi_ok)
    return Refuse(env, "interfaceIndex must be a number");
  if (!IsUndefined(env, fields[3]) && !IsByteArray(env, fields[3], &source))
    return Refuse(env, "source must be a Uint8Array");

  batch->vectors[index] = {data.data, data.length};
  msghdr& header = batch->headers[index].msg_hdr;
  header = {};
  header.msg_iov = &batch->vectors[index];
  header.msg_iovlen = 1;
  if (destination.length > 0) {
    header.msg_name = destination.data;
    header.msg_namelen = static_cast<socklen_t>(destination.length);
  }
  if (interface_index == 0 && source.length == 0) return true;
  return WriteOrigin(env, domain, interface_index, source, &header, batch->controls[index]);
}

// Reads messages from `first` on; the number read, or -1 after an exception.
int ReadBatch(napi_env env, const Socket* socket, napi_value messages, uint32_t first,
                   Batch* batch) {
  uint32_t length = 0;
  if (napi_get_array_length(env, messages, &length) != napi_ok) {
    Refuse(env, "messages must be an array");
    return -1;
  }
  uint32_t count = 0;
  for (; count < kBatch && (first + count + 1) * kFields <= length; count += 1) {
    napi_value fields[kFields];
    for (uint32_t i = 0; i < kFields; i += 1)
      if (napi_get_element(env, messages, (first + count) * kFields + i, &fields[i]) != napi_ok)
        return -1;
    if (!ReadMessage(env, socket->domain, fields, batch, count)) return -1;
  }
  return static_cast<int>(count);
}

}  // namespace

// (socket, flat array of fields, first message) -> how many the kernel took, or -errno.
napi_value Send(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  Socket* socket;
  int64_t first;
  Batch batch;
  if (!arguments.OpenSocket(&socket) ||
      !arguments.Integer(2, "first", 0, UINT32_MAX / (2 * kFields), &first))
    return nullptr;
  int count = ReadBatch(env, socket, arguments.at(1), static_cast<uint32_t>(first), &batch);
  if (count < 0) return nullptr;
  if (count == 0) return Number(env, 0);
  int sent;
  do {
    sent = sendmmsg(socket->fd, batch.headers, static_cast<unsigned>(count), MSG_DONTWAIT | MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return Number(env, sent < 0 ? -errno : sent);
}

}  // namespace raw_socket
