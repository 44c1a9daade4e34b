# Llhttp::llhttp. Newer Debian has a library (libllhttp-dev); Debian 12 ships llhttp's C sources
# in the package node-llhttp, and we compile those where they lie.
find_path(Llhttp_INCLUDE_DIR llhttp.h PATH_SUFFIXES llhttp HINTS /usr/share/include/llhttp)
find_library(Llhttp_LIBRARY llhttp)
find_path(Llhttp_SOURCE_DIR llhttp.c HINTS /usr/share/llhttp)
mark_as_advanced(Llhttp_INCLUDE_DIR Llhttp_LIBRARY Llhttp_SOURCE_DIR)

if(NOT Llhttp_INCLUDE_DIR OR NOT (Llhttp_LIBRARY OR Llhttp_SOURCE_DIR))
  message(FATAL_ERROR "llhttp not found: install libllhttp-dev, or node-llhttp on Debian 12")
endif()
if(Llhttp_LIBRARY)
  add_library(Llhttp::llhttp INTERFACE IMPORTED GLOBAL)
  target_link_libraries(Llhttp::llhttp INTERFACE "${Llhttp_LIBRARY}")
  target_include_directories(Llhttp::llhttp SYSTEM INTERFACE "${Llhttp_INCLUDE_DIR}")
else()
  add_library(llhttp_sources STATIC
    "${Llhttp_SOURCE_DIR}/api.c" "${Llhttp_SOURCE_DIR}/http.c" "${Llhttp_SOURCE_DIR}/llhttp.c")
  target_include_directories(llhttp_sources SYSTEM PUBLIC "${Llhttp_INCLUDE_DIR}")
  add_library(Llhttp::llhttp ALIAS llhttp_sources)
endif()
set(Llhttp_FOUND TRUE)
