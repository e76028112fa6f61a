# Run by `cmake --install`: the unit with the paths of the installed files, and a configuration to begin with.
set(destination "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}")
configure_file(${CMAKE_CURRENT_LIST_DIR}/systemd/flowcef.service.in ${destination}/lib/systemd/system/flowcef.service @ONLY)
message(STATUS "Installing: ${destination}/lib/systemd/system/flowcef.service")

# Somebody's own configuration stays.
set(config "$ENV{DESTDIR}/etc/flowcef/flowcef.toml")
if(NOT EXISTS ${config})
  set(shipped ${CMAKE_INSTALL_PREFIX}/share/flowcef)
  file(READ ${CMAKE_CURRENT_LIST_DIR}/../flowcef.toml text)
  string(REPLACE "\nmapping = \"mappings/" "\nmapping = \"${shipped}/mappings/" text "${text}")
  file(WRITE ${config} "${text}")
  message(STATUS "Installing: ${config}")
endif()
