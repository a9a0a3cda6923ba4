# What `cmake --install` puts where. A program of a user then says
#   find_package(SmevStatus REQUIRED)
#   target_link_libraries(program SmevStatus::smev-status)
include(CMakePackageConfigHelpers)

set(SMEV_CONFIG_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/SmevStatus)

install(TARGETS smev-status EXPORT SmevStatusTargets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${CMAKE_SOURCE_DIR}/include/smev DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.hpp")
install(DIRECTORY ${CMAKE_SOURCE_DIR}/xsd DESTINATION ${CMAKE_INSTALL_DATADIR}/smev-status
        FILES_MATCHING PATTERN "*.xsd")
install(EXPORT SmevStatusTargets NAMESPACE SmevStatus:: DESTINATION ${SMEV_CONFIG_DIR})

set(SMEV_INSTALL_XSD_DIR ${CMAKE_INSTALL_DATADIR}/smev-status/xsd)
configure_package_config_file(
  ${CMAKE_CURRENT_LIST_DIR}/SmevStatusConfig.cmake.in ${CMAKE_BINARY_DIR}/SmevStatusConfig.cmake
  INSTALL_DESTINATION ${SMEV_CONFIG_DIR} PATH_VARS SMEV_INSTALL_XSD_DIR)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/SmevStatusConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/SmevStatusConfig.cmake
              ${CMAKE_BINARY_DIR}/SmevStatusConfigVersion.cmake
        DESTINATION ${SMEV_CONFIG_DIR})

# The tools are made after the SDK, so they are asked for at the end.
function(smev_install_tools)
  foreach(tool smev-send mock-smev)
    if(TARGET ${tool})
      install(TARGETS ${tool} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
    endif()
  endforeach()
endfunction()
cmake_language(DEFER DIRECTORY ${CMAKE_SOURCE_DIR} CALL smev_install_tools)
