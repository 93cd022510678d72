{
  "targets": [
    {
      "target_name": "raw_socket",
      "sources": [
        "native/addon.cc",
        "native/alarm.cc",
        "native/arguments.cc",
        "native/environment.cc",
        "native/process.cc",
        "native/pulse.cc",
        "native/receive.cc",
        "native/send.cc",
        "native/signal.cc",
        "native/socket.cc",
        "native/stream.cc",
        "native/timer.cc"
      ],
      "defines": ["NAPI_VERSION=8"],
      "cflags_cc": ["-std=c++17", "-O2", "-Wall", "-Wextra", "-fno-exceptions", "-fno-rtti", "-fvisibility=hidden"],
      "cflags_cc!": ["-std=gnu++17", "-std=gnu++20", "-O3", "-Wno-unused-parameter", "-w"],
      "cflags!": ["-O3", "-Wno-unused-parameter", "-w"]
    }
  ]
}
