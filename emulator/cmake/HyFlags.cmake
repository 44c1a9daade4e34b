# hy_flags: how all of our code is compiled. Flags travel as a target, so that an embedding
# project keeps its own.
add_library(hy_flags INTERFACE)
target_compile_definitions(hy_flags INTERFACE
  _DEFAULT_SOURCE _POSIX_C_SOURCE=200809L) # uv.h and the file system need POSIX under c11
target_compile_options(hy_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes
  -Wvla -Wundef $<$<BOOL:${HY_WERROR}>:-Werror>
  -UNDEBUG) # an emulator that goes on after a broken invariant is worse than none
if(HY_SANITIZE)
  target_compile_options(hy_flags INTERFACE
    -fsanitize=${HY_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(hy_flags INTERFACE -fsanitize=${HY_SANITIZE})
endif()
