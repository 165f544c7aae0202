namespace Deit;

/// <summary>
/// Something the user can mend: a missing file, a bad value, a damaged checkpoint. The message says what is wrong, where,
/// and what to do, in one line.
/// </summary>
public sealed class DeitException : Exception
{
    /// <summary>Makes the exception.</summary>
    public DeitException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception, keeping what caused it.</summary>
    public DeitException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
