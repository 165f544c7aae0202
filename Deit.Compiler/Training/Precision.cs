namespace Deit.Compiler.Training;

/// <summary>In which arithmetic generated training code takes matrix products.</summary>
internal enum Precision
{
    /// <summary>That of the model's parameters.</summary>
    Full,

    /// <summary>On bfloat16 copies; everything else is as it is in <see cref="Full"/>.</summary>
    BFloat16,
}
