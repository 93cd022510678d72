// System calls about this process and its host that Node lacks.
#pragma once

#include <node_api.h>

namespace raw_socket {

napi_value SetParentDeathSignal(napi_env env, napi_callback_info info);
napi_value SetNice(napi_env env, napi_callback_info info);
napi_value SetRoundRobin(napi_env env, napi_callback_info info);
napi_value LockMemory(napi_env env, napi_callback_info info);
napi_value SetProcessName(napi_env env, napi_callback_info info);
napi_value InterfaceIndex(napi_env env, napi_callback_info info);

}  // namespace raw_socket
