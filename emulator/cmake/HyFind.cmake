# hy_find(<Name> HEADER <file> [PKG <pkg-config name>] [LIB <library>])
#
# Finds one library and makes the imported target <Name>::<name in lower case>: pkg-config
# first, plain header and library as the fallback. No LIB: headers only.
find_package(PkgConfig)

function(hy_find name)
  cmake_parse_arguments(ARG "" "PKG;LIB;HEADER" "" ${ARGN})
  string(TOLOWER "${name}" lower)
  if(ARG_PKG AND PkgConfig_FOUND)
    pkg_check_modules(${name}_PC QUIET ${ARG_PKG})
  endif()
  find_path(${name}_INCLUDE_DIR "${ARG_HEADER}" HINTS ${${name}_PC_INCLUDE_DIRS})
  if(ARG_LIB)
    find_library(${name}_LIBRARY "${ARG_LIB}" HINTS ${${name}_PC_LIBRARY_DIRS})
  endif()
  mark_as_advanced(${name}_INCLUDE_DIR ${name}_LIBRARY)
  if(NOT ${name}_INCLUDE_DIR OR (ARG_LIB AND NOT ${name}_LIBRARY))
    message(FATAL_ERROR "${name} not found (header ${ARG_HEADER}); "
      "docker/packages-build.txt lists the Debian packages to install")
  endif()
  add_library(${name}::${lower} INTERFACE IMPORTED GLOBAL)
  target_include_directories(${name}::${lower} SYSTEM INTERFACE "${${name}_INCLUDE_DIR}")
  if(ARG_LIB)
    target_link_libraries(${name}::${lower} INTERFACE "${${name}_LIBRARY}")
  endif()
endfunction()
