// Signals that Node has no name for, the real-time ones above all.
#pragma once

#include <node_api.h>

namespace raw_socket {

struct SignalWatch;

void CloseSignalWatch(SignalWatch* watch);

napi_value WatchSignal(napi_env env, napi_callback_info info);
napi_value UnwatchSignal(napi_env env, napi_callback_info info);

}  // namespace raw_socket
