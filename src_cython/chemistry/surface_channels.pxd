from medyan_py.core.chemistry.channels cimport Channels
from medyan_py.core.chemistry.surface cimport Surface
from medyan_py.core.common.members cimport MemberSets
from medyan_py.core.common.random cimport RandomStream

# What firing a template of adsorption does; the other actions are in event_loop.pxd.
cdef enum:
    ADSORB = 14


cdef class SurfaceChannels(Channels):
    cdef readonly Surface surface             # None without membranes
    cdef object adsorptions
    cdef bint whole_grid
    cdef int[::1] vertex_home                 # compartment of each row of the mesh, −1 where there is no vertex
    cdef object nearest, nearest_for          # nearest active compartment to each, for these active ones
    cdef int[::1] bound                       # per adsorption: surface species
    cdef int[::1] freed                       # per surface reaction: species set free in the volume, −1 for none
    cdef unsigned char[::1] freed_bulk
    cdef MemberSets near_room                 # free area of vertices, by compartment
    cdef MemberSets all_room                  # and all together
    cdef int near_class, whole_class          # member classes of adsorption, −1 without
    cdef int surface_reactions                # before those of desorption
    cdef unsigned char[::1] source_bulk       # per adsorption: the species of the volume
    cdef int[::1] source
    cdef int[::1] adsorb_account              # per adsorption, in the ledger of free energies; −1 for none
    cdef double cell_volume                   # nm³, of a full compartment

    cdef double whole_volume                  # nm³, over which bulk species are spread

    cdef void settle(self, int fired) noexcept nogil
    cdef int adsorb(self, int which, int group, RandomStream random) except -1 nogil
    cdef int fire_surface(self, double target, RandomStream random) except -1 nogil
    cdef double potential(self, int which, int compartment) noexcept nogil
    cdef void book_return(self, int reaction, int compartment) noexcept nogil
    cdef void scale_surface(self, int reaction, double factor) noexcept nogil
    cdef int refresh_room(self, int vertex) except -1 nogil
    cdef void weigh_room(self, int compartment) noexcept nogil
