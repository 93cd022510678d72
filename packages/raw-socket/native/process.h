// System calls about this process and its host that Node lacks.
#pragma once

#include "arguments.h"

namespace raw_socket {

Exported SetParentDeathSignal, SetNice, SetRoundRobin, SetAffinity, LimitRealTime, LockMemory,
    SetProcessName, EnterNetworkNamespace, InterfaceIndex;

}  // namespace raw_socket
