# No private key is in the repository, not even one that is about to be added.
cmake_minimum_required(VERSION 3.25)
find_program(GIT git)
execute_process(COMMAND ${GIT} -c safe.directory=* -C ${ROOT} rev-parse --git-dir
  RESULT_VARIABLE no_repository OUTPUT_QUIET ERROR_QUIET)
if(no_repository)
  message(STATUS "skipped: not a git repository")
  return()
endif()
execute_process(
  COMMAND ${GIT} -c safe.directory=* -C ${ROOT} grep --untracked -l -E -e "-----BEGIN [A-Z ]*PRIVATE [K]EY-----"
  RESULT_VARIABLE status OUTPUT_VARIABLE found)
if(NOT status EQUAL 1)  # 1: nothing found
  message(FATAL_ERROR "private keys, or git grep failed (${status}):\n${found}")
endif()
