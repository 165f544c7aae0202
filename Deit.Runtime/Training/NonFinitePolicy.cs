namespace Deit.Training;

/// <summary>
/// What becomes of a step whose loss or gradients are not finite, or whose loss has exploded. Whatever is chosen, the step changes nothing:
/// neither weights nor their average, moments, statistics of batch norms. A validation loss that is not finite counts as a failure of the
/// epoch's last step.
/// </summary>
public enum NonFinitePolicy
{
    /// <summary>The training stops with an error.</summary>
    Stop,

    /// <summary>
    /// The step is left out, and the training goes on with the next. A validation loss stops it all the same: the weights have learned already from
    /// the steps that led to it.
    /// </summary>
    Skip,

    /// <summary>
    /// The training goes back to its state at the epoch's beginning, and on with the batches after the failed step: what led to it is left out
    /// too, as for the spikes of PaLM (Chowdhery et al., arXiv 2204.02311, section 5.1). Trained on again, the same batches would lead
    /// to the same step, whose state is that of <see cref="Skip"/>.
    /// </summary>
    Rollback,
}
