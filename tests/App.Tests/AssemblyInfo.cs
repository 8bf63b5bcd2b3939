// Each class starts a whole service; on two cores they would only slow each other down, and the agents would record each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
