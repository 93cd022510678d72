// The table of functions. Each returns a number, negative errno for a failed system call; wrong
// arguments throw a TypeError. src/native.ts declares the same table.
#include <node_api.h>

#include "alarm.h"
#include "environment.h"
#include "process.h"
#include "pulse.h"
#include "signal.h"
#include "socket.h"
#include "stream.h"
#include "timer.h"

namespace raw_socket {

namespace {

struct Entry {
  const char* name;
  napi_callback function;
};

constexpr Entry kFunctions[] = {
    {"open", Open},
    {"bind", Bind},
    {"localAddress", LocalAddress},
    {"setOption", SetOption},
    {"getOption", GetOption},
    {"attachFilter", AttachFilter},
    {"receive", Receive},
    {"send", Send},
    {"receiveNow", ReceiveNow},
    {"onWritable", OnWritable},
    {"setReferenced", SetReferenced},
    {"close", Close},
    {"watchStreams", WatchStreams},
    {"openStream", OpenStream},
    {"readStream", ReadStream},
    {"writeStream", WriteStream},
    {"streamError", StreamError},
    {"closeStream", CloseStream},
    {"watchSignal", WatchSignal},
    {"unwatchSignal", UnwatchSignal},
    {"openAlarm", OpenAlarm},
    {"setAlarm", SetAlarm},
    {"stopAlarm", StopAlarm},
    {"openTimer", OpenTimer},
    {"startTimer", StartTimer},
    {"stopTimer", StopTimer},
    {"closeTimer", ShutTimer},
    {"answerWithTime", AnswerWithTime},
    {"setParentDeathSignal", SetParentDeathSignal},
    {"enterNetworkNamespace", EnterNetworkNamespace},
    {"setNice", SetNice},
    {"setRoundRobin", SetRoundRobin},
    {"setAffinity", SetAffinity},
    {"limitRealTime", LimitRealTime},
    {"lockMemory", LockMemory},
    {"setProcessName", SetProcessName},
    {"interfaceIndex", InterfaceIndex},
};

}  // namespace

}  // namespace raw_socket

NAPI_MODULE_INIT() {
  using namespace raw_socket;
  Environment* environment = CreateEnvironment(env);
  if (environment == nullptr) {
    napi_throw_error(env, nullptr, "raw-socket: this environment has no event loop");
    return nullptr;
  }
  for (const Entry& entry : kFunctions) {
    napi_value function = nullptr;
    if (napi_create_function(env, entry.name, NAPI_AUTO_LENGTH, entry.function, environment,
                             &function) != napi_ok ||
        napi_set_named_property(env, exports, entry.name, function) != napi_ok) {
      napi_throw_error(env, nullptr, "raw-socket: the addon could not be set up");
      return nullptr;
    }
  }
  return exports;
}
