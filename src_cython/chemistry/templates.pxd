# A species that a template reads or changes: `amount` copies are consumed at once, or are won (negative: lost).
cdef struct Part:
    int species
    int amount
    bint bulk


cdef struct Template:
    double rate                   # 1/s in a full compartment; finite, 0 if the template is infinitely fast
    double plain_rate             # the same without factors that hold for a time
    bint off                      # switched off by a factor of 0, also if it is infinitely fast
    Part *read
    Part *change
    int *concern                  # templates of the same kind whose propensity changes when this one fires
    int reads, changes, concerns
    int members                   # member class whose summed weight multiplies the propensity, −1 for none
    int action
    int argument
    int instant                   # number among the infinitely fast templates of its kind, −1 for a finite rate
    int power                     # column in the engine's table of powers of volume fractions, −1 for none
    int account                   # in the ledger of free energies, −1 if a firing is not entered there as a whole
    double free_energy            # kT, constant part
    bint ideal                    # whether the copy numbers that change count in the entry


cdef class Templates:
    cdef readonly int count, instants
    cdef readonly object volume_exponents
    cdef Template *at
    cdef Part *parts
    cdef int *concerns
    cdef readonly object instant_templates
    cdef int[::1] reader_start, reader            # diffusing species → templates that read it
    cdef int[::1] bulk_start, bulk                # bulk species → templates that read it
    cdef int[::1] class_start, class_reader       # member class → templates that it multiplies
