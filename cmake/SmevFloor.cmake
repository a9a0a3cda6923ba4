# smev_floor(NAME [FLOORS ...] [LIBRARIES ...])
#
# One floor of the SDK: every .cpp of the folder, as a static library smev_NAME that may use the
# floors and the libraries named here and no others (tests/architecture checks each #include).
function(smev_floor name)
  cmake_parse_arguments(ARG "" "" "FLOORS;LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  add_library(smev_${name} STATIC ${sources})
  smev_compile_options(smev_${name})
  target_include_directories(smev_${name} PUBLIC ${CMAKE_SOURCE_DIR}/include ${CMAKE_SOURCE_DIR})
  foreach(floor IN LISTS ARG_FLOORS)
    target_link_libraries(smev_${name} PUBLIC smev_${floor})
  endforeach()
  target_link_libraries(smev_${name} PUBLIC Threads::Threads ${ARG_LIBRARIES})
  set_property(GLOBAL APPEND PROPERTY SMEV_FLOORS smev_${name})
  set_property(GLOBAL APPEND PROPERTY SMEV_FLOOR_LIBRARIES ${ARG_LIBRARIES})
endfunction()

function(smev_compile_options target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
                                           -Wno-missing-field-initializers)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # GCC PR 105651: a literal + std::string is taken for overlapping memory when optimised.
    target_compile_options(${target} PRIVATE $<$<NOT:$<CONFIG:Debug>>:-Wno-restrict>)
  endif()
  # The GOST engine is reached through OpenSSL's ENGINE interface (docs/decisions/0001).
  target_compile_definitions(${target} PRIVATE OPENSSL_SUPPRESS_DEPRECATED)
  if(SMEV_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(SMEV_KILL_POINTS)
    target_compile_definitions(${target} PRIVATE SMEV_KILL_POINTS)
  endif()
  if(SMEV_SANITIZE)
    target_compile_options(${target} PUBLIC -fsanitize=${SMEV_SANITIZE} -fno-omit-frame-pointer
                                            -fno-sanitize-recover=all)
    target_link_options(${target} PUBLIC -fsanitize=${SMEV_SANITIZE})
    # Each compiler has its own way of saying so.
    target_compile_definitions(${target} PRIVATE SMEV_SANITIZED)
    if(SMEV_SANITIZE MATCHES "address")
      target_compile_definitions(${target} PRIVATE SMEV_SANITIZED_ADDRESS)
    endif()
  endif()
endfunction()
