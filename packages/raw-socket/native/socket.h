// A descriptor on the event loop. Nothing here knows what the bytes mean.
#pragma once

#include <node_api.h>
#include <sys/socket.h>
#include <uv.h>

#include <cstddef>
#include <cstdint>

#include "arguments.h"
#include "environment.h"

namespace raw_socket {

// One received message, as written for JavaScript (src/records.ts reads it; keep the two alike).
struct Record {
  int32_t data_offset;
  int32_t data_length;
  int32_t flags;
  int32_t interface_index;
  int32_t hop_limit;
  int32_t source_length;
  int32_t destination_length;
  alignas(8) uint8_t source[120];
  double arrived_ms;
  uint8_t destination[16];
};
static_assert(sizeof(Record) == 176, "src/records.ts knows this size");

constexpr int32_t kTruncated = 1;
constexpr int32_t kHasInterfaceIndex = 2;
constexpr int32_t kHasHopLimit = 4;
constexpr int32_t kHasArrival = 16;

// Memory for one batch; native, reused for every batch of a socket.
struct ReceiveBuffers;

struct Socket {
  Environment* environment = nullptr;
  Socket* previous = nullptr;
  Socket* next = nullptr;
  int fd = -1;
  int domain = 0;
  bool referenced = true;
  // A polled socket keeps its JavaScript handle alive.
  napi_ref self = nullptr;
  napi_ref on_batch = nullptr;
  napi_ref on_writable = nullptr;
  napi_ref records = nullptr;
  ReceiveBuffers* buffers = nullptr;
  // Of a netlink socket: an error to report once its queue is empty.
  int pending_error = 0;
  uv_poll_t* poll = nullptr;
};

// The socket behind a handle object made by this addon, else null. Throws nothing.
Socket* SocketOf(napi_env env, napi_value value);

// Idempotent.
void CloseSocket(Socket* socket);
// Takes the socket off its environment's list, for good.
void ForgetSocket(Socket* socket);
// Makes the poll match what the socket waits for; 0 or a negative errno.
int UpdatePoll(Socket* socket);

// receive.cc
// Calls back with what there is; may close the socket, or stop its receiving after an error that
// would come again for ever.
void ReceiveBatches(Socket* socket);
void FreeBuffers(ReceiveBuffers* buffers);
// Clears the socket's pending errors; a receiving socket reports the first. May close the socket.
void TakeErrors(Socket* socket);

// For JavaScript
Exported Open, Bind, LocalAddress, SetOption, GetOption, AttachFilter, Receive, ReceiveNow, Send,
    OnWritable, SetReferenced, Close;

}  // namespace raw_socket
