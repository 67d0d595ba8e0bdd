"""Many machines: what each of them came to, as one table and one page. Who reaches them is Ansible, or Slurm."""
