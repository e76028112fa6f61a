# libcap as Debian ships it (no CMake package file of its own): target CAP::CAP.
find_path(CAP_INCLUDE_DIR sys/capability.h)
find_library(CAP_LIBRARY cap)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(CAP REQUIRED_VARS CAP_LIBRARY CAP_INCLUDE_DIR)
if(CAP_FOUND AND NOT TARGET CAP::CAP)
  add_library(CAP::CAP UNKNOWN IMPORTED)
  set_target_properties(CAP::CAP PROPERTIES
    IMPORTED_LOCATION ${CAP_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${CAP_INCLUDE_DIR})
endif()
