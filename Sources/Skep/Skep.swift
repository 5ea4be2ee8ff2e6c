// One import gives events, values and queries along with the store.
@_exported public import SkepModel
@_exported public import SkepQuery
