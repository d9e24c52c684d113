# Asks for a cache line that will be read soon, so that waiting for several of them overlaps. It never faults.
cdef extern from * nogil:
    """
    #if defined(__GNUC__)
    #define medyan_prefetch(address) __builtin_prefetch((const void *) (address))
    #else
    #define medyan_prefetch(address) ((void) (address))
    #endif
    """
    void prefetch "medyan_prefetch" (const void *address)
