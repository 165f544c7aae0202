namespace Deit.Distillation;

/// <summary>What a student learns from its teacher.</summary>
public enum DistillationType
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The teacher's distribution, softened by a temperature (Hinton et al., arXiv 1503.02531).</summary>
    Soft,

    /// <summary>The teacher's decision, as a label (Touvron et al., arXiv 2012.12877, section 4).</summary>
    Hard,
}
