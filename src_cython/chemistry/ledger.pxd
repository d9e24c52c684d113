from libc.math cimport log, log1p
from libc.stdint cimport int64_t, uint8_t


cdef inline double rise(int64_t n, int64_t more) noexcept nogil:
    """ℓ(n + more) − ℓ(n) with ℓ(n) = n ln n and ℓ(0) = 0, without loss of digits for large n."""
    if n == 0:
        return more * log(<double> more) if more > 0 else 0.0
    if n + more == 0:
        return -n * log(<double> n)
    return more * log(<double> (n + more)) + n * log1p(<double> more / n)


cdef class Ledger:
    cdef readonly list names
    cdef double[::1] amount           # kT per account
    cdef uint8_t[::1] opened
    cdef int[::1] order               # accounts in the order of their first entry
    cdef int entries

    cdef inline void enter(self, int account, double change) noexcept nogil:
        """Add a change of free energy (kT) to an account."""
        if not self.opened[account]:
            self.opened[account] = 1
            self.order[self.entries] = account
            self.entries += 1
        self.amount[account] += change
