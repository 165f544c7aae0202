namespace Deit.Modules;

/// <summary>What stochastic depth leaves out a branch of.</summary>
public enum DropPathMode
{
    /// <summary>Each image by itself, as DeiT and timm do.</summary>
    Sample,

    /// <summary>All images of a step together (Huang et al., arXiv 1603.09382, section 3): the branch need not be run at all.</summary>
    Batch,
}
