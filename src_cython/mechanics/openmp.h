/* Whether this file was compiled with OpenMP. */
#ifdef _OPENMP
enum { COMPILED_WITH_OPENMP = 1 };
#else
enum { COMPILED_WITH_OPENMP = 0 };
#endif
