from libc.stdint cimport int64_t

cdef enum:
    LINKER_BINDING = 0
    LINKER_UNBINDING = 1
    MOTOR_BINDING = 2
    MOTOR_UNBINDING = 3
    MOTOR_WALKING = 4


cdef struct Event:
    double time                   # s
    double birth                  # s
    double middle[3]              # nm
    int64_t ident
    int64_t filament[2]           # ids of the filaments of the two legs
    int position[2]               # cylinders of the two legs, counted along their filaments
    int site[2]                   # binding sites of the two legs, counted along their cylinders
    int left[2]                   # cylinder and site that a walking leg left
    int kind
    int type                      # number of the binding reaction
    int leg                       # which one walked, −1 if none
    int direction                 # 1 to the plus end, 0 to the minus end, −1 without a step


cdef class EventLog:
    cdef Event *event
    cdef int64_t count, capacity

    cdef Event *add(self) except NULL nogil
