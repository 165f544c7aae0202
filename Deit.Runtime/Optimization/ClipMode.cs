namespace Deit.Optimization;

/// <summary>How gradients are clipped, by timm's names; see <see cref="GradientClipping"/>.</summary>
public enum ClipMode
{
    /// <summary>All gradients are scaled together, by their common norm.</summary>
    Norm,

    /// <summary>Every element is brought into a range.</summary>
    Value,

    /// <summary>Every unit is scaled by its weights; heads are left out.</summary>
    Agc,
}
