namespace Deit.Data;

/// <summary>The processes that train a model together, and which of them this is.</summary>
public sealed record ProcessGroup
{
    /// <summary>Describes the processes.</summary>
    /// <param name="rank">This process, from 0.</param>
    /// <param name="worldSize">Number of processes.</param>
    /// <exception cref="DeitException">There is no such process.</exception>
    public ProcessGroup(int rank, int worldSize)
    {
        WorldSize = Check.Value("The number of processes", worldSize, worldSize >= 1, "at least 1");
        Rank = Check.Value("The rank", rank, rank >= 0 && rank < worldSize, $"from 0 to {worldSize - 1}");
    }

    /// <summary>One process alone.</summary>
    public static ProcessGroup Single { get; } = new(0, 1);

    /// <summary>This process, from 0.</summary>
    public int Rank { get; }

    /// <summary>Number of processes.</summary>
    public int WorldSize { get; }
}
